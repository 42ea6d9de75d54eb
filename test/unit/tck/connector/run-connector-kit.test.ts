import { describe, expect, it } from 'vitest';
import type { Connector, ConnectorPlan, ConnectorPlugin } from '../../../../spi/index.ts';
import { type ConnectorFixture, type FixtureSource, hasPassed, type KitReport, runConnectorKit } from '../../../../tck/index.ts';
import {
  createMemoryConnector,
  type MemoryConnectorOptions,
  type MemoryTable,
  type MemoryValue,
} from '../../../support/memory-connector.ts';

const KINDS = ['bigint', 'double', 'varchar', 'boolean'] as const;

function memoryTable({ name, columns, rows }: FixtureSource): MemoryTable {
  const kept = columns.flatMap((column, index) => {
    const type = KINDS.find((kind) => kind === column.type.kind);
    return type === undefined ? [] : [{ name: column.name, type, index }];
  });
  const valueOf = (text: string | boolean | null, column: (typeof kept)[number]): MemoryValue => {
    if (typeof text !== 'string') return text;
    return column.type === 'bigint' ? BigInt(text) : column.type === 'double' ? Number(text) : text;
  };
  return {
    schema: 'public',
    name,
    columns: kept,
    rows: rows.map((row) => kept.map((column) => valueOf(row[column.index] ?? null, column))),
  };
}

/** Runs the kit over a connector in memory, with something changed. */
async function runOver(
  options: MemoryConnectorOptions,
  change: (connector: Connector) => Partial<Connector> = () => ({}),
  only: readonly string[] = [],
): Promise<KitReport> {
  let plugin: ConnectorPlugin | null = null;
  const fixture: ConnectorFixture = (tables) => {
    plugin = createMemoryConnector(tables.map(memoryTable), options).plugin;
    const leftOut = tables.flatMap(({ name, columns }) =>
      columns.flatMap((column) => (KINDS.some((kind) => kind === column.type.kind) ? [] : [`${name}.${column.name}`])),
    );
    return Promise.resolve({ config: {}, schema: 'public', leftOut, remove: () => Promise.resolve() });
  };
  const { plugin: shape } = createMemoryConnector([]);
  const module: ConnectorPlugin = {
    ...shape,
    create: async (config, host) => {
      const connector = await (plugin ?? shape).create(config, host);
      return { ...connector, ...change(connector) };
    },
  };
  return runConnectorKit({ module, fixture, ...(only.length === 0 ? {} : { only }) });
}

const failedIn = ({ checks }: KitReport): readonly string[] => checks.filter(({ status }) => status === 'failed').map(({ id }) => id);

const changedPlan =
  (change: (plan: ConnectorPlan) => Partial<ConnectorPlan>) =>
  (connector: Connector): Partial<Connector> => ({
    plan: async (request) => {
      const plan = await connector.plan(request);
      return { ...plan, ...change(plan) };
    },
  });

describe('the kit of connectors', { timeout: 240_000 }, () => {
  it('passes one that keeps its contract', async () => {
    const report = await runOver({ splitRows: 7000, keepsKeys: true });
    expect(report.checks.flatMap(({ id, findings }) => findings.map((finding) => ({ id, ...finding })))).toEqual([]);
    expect(hasPassed(report)).toBe(true);
    expect(report.checks.every(({ cases }) => cases > 0)).toBe(true);
  });

  it.each<[string, MemoryConnectorOptions, (connector: Connector) => Partial<Connector>, string]>([
    ['says exact of what it does not apply', { lie: 'exact' }, () => ({}), 'reads.conditions'],
    ['takes a limit with conditions left', { lie: 'limited', handling: 'inexact' }, () => ({}), 'reads.limit'],
    [
      'applies what it says is unsupported',
      {},
      changedPlan(({ filter }) => ({ filter: filter.map(() => 'unsupported') })),
      'reads.conditions',
    ],
    ['leaves a split out', { splitRows: 7000 }, changedPlan(({ splits }) => ({ splits: splits.slice(0, 1) })), 'reads.splits'],
    [
      'reads a split twice',
      { splitRows: 7000 },
      changedPlan(({ splits }) => ({ splits: [...splits, ...splits.slice(-1)] })),
      'reads.splits',
    ],
    ['sends texts where numbers are asked for', { lie: 'types' }, () => ({}), 'reads.types'],
    [
      'puts columns out in its own order',
      {},
      ({ read }) => ({
        read: (split, columns, signal) =>
          read(
            split,
            [...columns].sort((a, b) => a.id - b.id),
            signal,
          ),
      }),
      'reads.projection',
    ],
    [
      'ends a read that is aborted as if it were whole',
      {},
      ({ read }) => ({
        read: async function* (split, columns, signal) {
          for await (const frame of read(split, columns, new AbortController().signal)) {
            if (signal.aborted) return;
            yield frame;
          }
        },
      }),
      'conduct.cancel',
    ],
    [
      'tells of rows that are not there',
      {},
      ({ describe: tell }) => ({
        describe: async (name) => {
          const table = await tell(name);
          return table === null ? null : { ...table, rows: 10 ** 9 };
        },
      }),
      'shape.statistics',
    ],
    [
      'forgets keys',
      { keepsKeys: true },
      ({ sink }) => ({
        sink: async (table, fields) => {
          const made = await sink?.(table, fields, null);
          return { ...(made as NonNullable<typeof made>), repeated: null };
        },
      }),
      'sink.keys',
    ],
    [
      'keeps the rows of an aborted transaction',
      {},
      ({ sink }) => ({
        sink: async (table, fields, key) => {
          const made = (await sink?.(table, fields, key)) as NonNullable<Awaited<ReturnType<NonNullable<typeof sink>>>>;
          return { ...made, abort: () => made.commit() };
        },
      }),
      'sink.transaction',
    ],
  ])('catches one that %s', async (_, options, change, check) => {
    expect(failedIn(await runOver(options, change, [check]))).toEqual([check]);
  });
});
