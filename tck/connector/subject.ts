import {
  type Connector,
  type ConnectorPlan,
  type ConnectorRequest,
  type ConnectorTable,
  type Expression,
  PlatformError,
  type ScanColumn,
} from '../../spi/index.ts';
import { describeError, rowsOfFrame } from '../run/ask-engine.ts';
import { parseValue } from '../value/parse-value.ts';
import type { Value } from '../value/value.ts';
import { valueText } from '../value/value-text.ts';
import type { FixtureSource } from './connector-fixture.ts';

/** A table of the fixture as the connector describes it, with the rows that are in it. */
export interface KnownTable {
  readonly described: ConnectorTable;
  readonly columns: readonly ScanColumn[];
  readonly rows: readonly (readonly Value[])[];
}

/** A connector under test, over the fixture's tables. */
export interface ConnectorSubject {
  readonly connector: Connector;
  readonly schema: string;
  readonly leftOut: readonly string[];
  /** Starts another one over the same database, which is closed by whoever asked. */
  start(): Promise<Connector>;
  /** @throws CATALOG_UNKNOWN_TABLE for one that the connector does not describe */
  table(name: 'kinds' | 'many' | 'blank'): Promise<KnownTable>;
}

/** What became of a request: rows as texts, or the first fault. */
export interface ReadOutcome {
  readonly plan: ConnectorPlan | null;
  readonly rows: readonly string[];
  readonly fault: string | null;
}

/** Returns the table of a source as the connector describes it. */
export async function knownTable(
  connector: Connector,
  schema: string,
  source: FixtureSource,
  leftOut: readonly string[],
): Promise<KnownTable> {
  const described = await connector.describe({ schema, name: source.name });
  if (described === null) throw new PlatformError('CATALOG_UNKNOWN_TABLE', `describe finds no table ${schema}.${source.name}`);
  const kept = source.columns.flatMap(({ name, type }, index) =>
    leftOut.includes(`${source.name}.${name}`) ? [] : [{ name, type, index }],
  );
  const columns = kept.map(({ name, type }): ScanColumn => {
    const field = described.fields.find((candidate) => candidate.name.toLowerCase() === name);
    if (field === undefined) throw new PlatformError('CATALOG_UNKNOWN_TABLE', `describe tells no column ${source.name}.${name}`);
    return { id: field.id, fieldId: field.id, name: field.name, type, nullable: true };
  });
  const stored = (name: string, text: string | boolean | null): string | boolean | null =>
    leftOut.includes(`${source.name}.${name}=${String(text)}`) ? null : text;
  const rows = source.rows.map((row) => kept.map(({ name, type, index }) => parseValue(stored(name, row[index] ?? null), type)));
  return { described, columns, rows };
}

/** Returns rows as texts, in the order of their texts, for the columns at some positions. */
export function rowTexts({ columns, rows }: Pick<KnownTable, 'columns' | 'rows'>, asked: readonly ScanColumn[]): readonly string[] {
  const positions = asked.map(({ fieldId }) => columns.findIndex((column) => column.fieldId === fieldId));
  const textOf = (row: readonly Value[]): string =>
    positions.map((position, index) => valueText(row[position] ?? null, asked[index]?.type ?? { kind: 'null' })).join(', ');
  return rows.map(textOf).sort();
}

/** Plans a request, reads all of its splits, and releases the plan. Splits go the way of JSON, as they do between processes. */
export async function readRequest(
  connector: Connector,
  request: ConnectorRequest,
  asked: readonly ScanColumn[] = request.columns,
  signal: AbortSignal = new AbortController().signal,
): Promise<ReadOutcome> {
  let plan: ConnectorPlan | null = null;
  try {
    plan = await connector.plan(request);
    const pieces = JSON.parse(JSON.stringify(plan.splits)) as ConnectorPlan['splits'];
    const read = await Promise.all(pieces.map((piece) => readSplit(connector, piece, asked, signal)));
    const schemas = new Set(read.map(({ schema }) => Buffer.from(schema ?? []).toString('hex')));
    const fault = read.find((one) => one.fault !== null)?.fault ?? (schemas.size > 1 ? 'splits have different schema messages' : null);
    return { plan, rows: read.flatMap(({ rows }) => rows).sort(), fault };
  } catch (error) {
    const { code, message } = describeError(error);
    return { plan, rows: [], fault: `${code ?? 'an error without a code'}: ${message}` };
  } finally {
    if (plan !== null) await connector.release(plan);
  }
}

async function readSplit(
  connector: Connector,
  piece: ConnectorPlan['splits'][number],
  asked: readonly ScanColumn[],
  signal: AbortSignal,
): Promise<{ readonly schema: Uint8Array | null; readonly rows: readonly string[]; readonly fault: string | null }> {
  let schema: Uint8Array | null = null;
  const rows: string[] = [];
  for await (const frame of connector.read(piece, asked, signal)) {
    if (schema === null) schema = new Uint8Array(frame);
    else for (const row of rowsOfFrame(asked, schema, frame)) rows.push(row.join(', '));
  }
  return { schema, rows, fault: schema === null ? 'a split came without a schema message' : null };
}

/** Returns the request for all rows and columns of a table. */
export function requestFor(
  { described, columns }: KnownTable,
  filter: readonly Expression[] = [],
  limit: number | null = null,
): ConnectorRequest {
  return { table: described.name, columns, filter, limit };
}
