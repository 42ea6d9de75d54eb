import {
  type BoundQuery,
  type Catalog,
  PlatformError,
  type ScanNode,
  scansOf,
  type StreamRecord,
  type ViewStart,
} from '../../spi/index.ts';
import { bindStatement, WATERMARK_COLUMN, WATERMARK_DELAY } from '../../sql/bind/index.ts';
import type { FunctionSource } from '../../sql/functions/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';

/** The user in whose name streams read. */
const STREAM_USER = 'trivium';

/** A query to be kept fresh, with what it reads. */
export interface BoundView {
  readonly query: BoundQuery;
  /** In the order of the plan. */
  readonly scans: readonly ScanNode[];
  /** By scan; null where the table has none, or the query does not read its column. */
  readonly watermarks: ViewStart['watermarks'];
  /** The engine that a hint of the text asks for. */
  readonly engine: string | null;
}

/** Finds what a bound query reads, and how late its rows may be. */
export async function describeView(query: BoundQuery, engine: string | null, catalog: Catalog): Promise<BoundView> {
  const scans = scansOf(query.plan.root);
  return { query, scans, watermarks: await Promise.all(scans.map((scan) => watermarkOf(scan, catalog))), engine };
}

/** What the names of a view's text are looked up in. */
export interface ViewNames {
  readonly catalog: Catalog;
  /** None when left out. */
  readonly functions?: FunctionSource | undefined;
}

/** Binds the text of a stream as the session did that created it.
 *  @throws STREAM_SOURCE_CHANGED when the text does not mean any more what it meant then */
export async function bindView(record: StreamRecord, { catalog, functions }: ViewNames): Promise<BoundView> {
  const { query, engine } = await bindText(record, { catalog, functions });
  if (query.fingerprint !== record.fingerprint) {
    throw sourceChanged(record, 'a table or view that it reads was replaced, or has other columns');
  }
  return describeView(query, engine, catalog);
}

async function bindText(record: StreamRecord, { catalog, functions }: ViewNames): Promise<Pick<BoundView, 'query' | 'engine'>> {
  const { sql, defaultSchema, timeZone } = record;
  try {
    const bound = await bindStatement(parseStatement(sql), {
      text: sql,
      catalog,
      principal: { user: STREAM_USER },
      schema: defaultSchema,
      timeZone,
      startedAtUs: '0',
      parameters: [],
      functions,
      virtualRelation: () => Promise.resolve(null),
    });
    if (bound.kind === 'query') return { query: bound.query, engine: bound.hints.engine };
  } catch (error) {
    const cause = PlatformError.from(error, 'INTERNAL_INVARIANT');
    if (cause.kind !== 'user') throw cause;
    throw sourceChanged(record, cause.message, cause);
  }
  throw new PlatformError('STORAGE_CORRUPT', `The text of the materialized view ${nameOf(record)} is no query.`);
}

async function watermarkOf(scan: ScanNode, catalog: Catalog): Promise<ViewStart['watermarks'][number]> {
  const found = await catalog.resolve(scan.table);
  const name = found?.kind === 'table' ? found.properties[WATERMARK_COLUMN] : undefined;
  if (found?.kind !== 'table' || name === undefined) return null;
  const field = found.fields.find((candidate) => candidate.name === name);
  const column = scan.columns.find((candidate) => candidate.fieldId === field?.id);
  return column === undefined ? null : { columnId: column.id, delayUs: Number(found.properties[WATERMARK_DELAY] ?? '0') };
}

/** Makes the error that a stream's sources are not those any more that it began with. */
export function sourceChanged(record: Pick<StreamRecord, 'table'>, why: string, cause?: PlatformError): PlatformError {
  return new PlatformError('STREAM_SOURCE_CHANGED', `The materialized view ${nameOf(record)} cannot go on: ${why}.`, {
    hint: 'Create it anew with CREATE OR REPLACE MATERIALIZED VIEW.',
    cause,
  });
}

/** Returns the name of a stream as messages have it. */
export function nameOf({ table }: Pick<StreamRecord, 'table'>): string {
  return `${table.schema}.${table.name}`;
}
