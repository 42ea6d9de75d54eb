import { type CommitResult, printSnapshot, type ResultColumn } from '../../spi/index.ts';
import { encodeSmallTable } from '../../runtime/arrow/index.ts';
import type { SessionChange, StatementOutcome } from './statement-request.ts';

/** A column of an answer that the gateway makes itself. */
export interface SmallColumn {
  readonly name: string;
  readonly type: 'varchar' | 'bigint' | 'double' | 'boolean';
}

/** A value of such an answer; numbers as text. */
export type SmallValue = string | boolean | null;

/** Facts about an answer that the gateway makes itself. */
export interface SmallAnswerFacts {
  readonly engine?: string | null;
  readonly snapshots?: readonly string[];
  readonly sessionChange?: SessionChange;
}

/** Returns a handful of rows as a statement's answer. */
export function answerTable(
  columns: readonly SmallColumn[],
  rows: readonly (readonly SmallValue[])[],
  facts: SmallAnswerFacts = {},
): StatementOutcome {
  const resultColumns = columns.map(({ name, type }): ResultColumn => ({ name, type: { kind: type }, nullable: true }));
  return {
    columns: resultColumns,
    frames: streamOf(encodeSmallTable(resultColumns, rows)),
    engine: facts.engine ?? null,
    snapshots: facts.snapshots ?? [],
    sessionChange: facts.sessionChange ?? null,
    close: () => Promise.resolve(),
  };
}

/** Returns one row of numbers as a statement's answer; ids are texts of numbers. */
export function answerRow(values: Readonly<Record<string, number | string | null>>): StatementOutcome {
  const row = Object.values(values).map((value): SmallValue => (value === null ? null : String(value)));
  return answerTable(
    Object.keys(values).map((name) => ({ name, type: 'bigint' })),
    [row],
  );
}

/** Returns the answer of a statement that was done and has no rows to show. */
export function answerDone(status: string, sessionChange?: SessionChange): StatementOutcome {
  return answerTable([{ name: 'status', type: 'varchar' }], [[status]], sessionChange === undefined ? {} : { sessionChange });
}

/** Returns the answer of a statement that committed rows to a table. */
export function answerCommit(result: CommitResult, engine: string | null): StatementOutcome {
  const columns: readonly SmallColumn[] = [
    { name: 'rows', type: 'bigint' },
    { name: 'snapshot_id', type: 'varchar' },
    { name: 'repeated', type: 'boolean' },
  ];
  const { table, snapshotId, rows, repeated, changes } = result;
  const snapshots = [printSnapshot({ table, snapshotId })];
  const counts = changes === undefined ? [] : (['inserted', 'updated', 'deleted'] as const).map((name) => [name, changes[name]] as const);
  const all = [...columns, ...counts.map(([name]): SmallColumn => ({ name, type: 'bigint' }))];
  const row = [String(rows), snapshotId, repeated, ...counts.map(([, count]) => String(count))];
  return { ...answerTable(all, [row], { engine, snapshots }), commit: result };
}

/** Returns the answer of a statement that wrote rows outside of any table. */
export function answerRows(rows: number, engine: string | null): StatementOutcome {
  return answerTable([{ name: 'rows', type: 'bigint' }], [[String(rows)]], { engine });
}

async function* streamOf(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* frames;
}
