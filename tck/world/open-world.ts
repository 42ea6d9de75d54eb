import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BoundQuery, PlatformError, type TableRef, type TableSnapshot } from '../../spi/index.ts';
import { type BoundStatement, bindStatement, encodeParameters, type GivenParameters } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { encodeSmallTable } from '../../runtime/arrow/index.ts';
import { openDataService, openWarehouse, type Warehouse } from '../../storage/index.ts';
import type { ParameterValue } from '../../spi/index.ts';
import { encodeValues } from '../value/encode-values.ts';
import type { Value } from '../value/value.ts';
import { type FixtureColumn, type FixtureTable, plain } from './fixture-table.ts';
import { fixtureTables } from './fixture-tables.ts';

/** Rows of a table at one of its snapshots, by position of the columns. */
export interface KnownRows {
  readonly fieldIds: readonly number[];
  readonly columns: readonly FixtureColumn[];
  readonly rows: readonly (readonly Value[])[];
}

/** How a text is bound. */
export interface BindOptions {
  readonly timeZone?: string;
  readonly parameters?: GivenParameters;
}

/** A query and the values of its parameters as engines get them. */
export interface BoundCase {
  readonly query: BoundQuery;
  readonly parameters: readonly ParameterValue[];
}

const MEMORY_BYTES = 2 ** 30;
const STARTED_AT_US = '1767312000000000';

/** A small warehouse on the disk, whose rows the kit knows. */
export class World {
  readonly directory: string;
  readonly warehouse: Warehouse;
  readonly #closeData: () => Promise<void>;
  readonly #known = new Map<string, KnownRows>();
  readonly #columns = new Map<string, readonly FixtureColumn[]>();
  #commits = 0;

  constructor(directory: string, warehouse: Warehouse, closeData: () => Promise<void>) {
    this.directory = directory;
    this.warehouse = warehouse;
    this.#closeData = closeData;
  }

  /** Parses and binds a query, as the gateway does.
   *  @throws SQL_*, CATALOG_* */
  async bind(sql: string, options: BindOptions = {}): Promise<BoundCase> {
    const statement = await this.bindStatement(sql, options);
    if (!('query' in statement)) throw new PlatformError('REQUEST_INVALID', `the kit's text is no query: ${sql}`);
    return {
      query: statement.query,
      parameters: encodeParameters(options.parameters ?? [], statement.query.parameters, options.timeZone ?? 'UTC'),
    };
  }

  /** Parses and binds any statement. */
  bindStatement(sql: string, { timeZone = 'UTC', parameters = [] }: BindOptions = {}): Promise<BoundStatement> {
    return bindStatement(parseStatement(sql), {
      text: sql,
      catalog: this.warehouse.catalog,
      principal: { user: 'tck' },
      schema: 'main',
      timeZone,
      startedAtUs: STARTED_AT_US,
      parameters,
      virtualRelation: () => Promise.resolve(null),
    });
  }

  /** Makes a table with its rows. */
  async create({ name, columns, files, partitioning = [] }: FixtureTable): Promise<void> {
    const spec = { name: { schema: 'main', name }, columns, partitioning, properties: {}, comment: null };
    await this.warehouse.writer.createTable(spec, 'fail');
    this.#columns.set(name, columns);
    for (const rows of files) await this.append(name, rows);
  }

  /** Adds rows in a commit of their own. */
  async append(name: string, rows: readonly (readonly Value[])[]): Promise<void> {
    const before = await this.rowsOf(name);
    await this.appendFrames(name, encodeValues(this.#columns.get(name) ?? [], rows));
    await this.note(name, [...before, ...rows]);
  }

  /** Adds Arrow frames in a commit of their own; the kit does not know their rows. */
  async appendFrames(name: string, frames: readonly Uint8Array[] | AsyncIterable<Uint8Array>): Promise<void> {
    const { ref } = await this.table(name);
    const write = await this.warehouse.sink.begin({ kind: 'append', table: ref });
    const fragment = await write.append('fixture', 0, toAsync(frames));
    await write.commit([fragment], `tck-${String((this.#commits += 1))}`);
  }

  /** Takes the rows at some positions of each data file of a table away, by delete files, in one commit. */
  async deletePositions(name: string, positions: readonly number[]): Promise<void> {
    const { ref, snapshotId, schemaId } = await this.table(name);
    const { splits } = await this.warehouse.source.plan({ table: ref, snapshotId, schemaId, columns: [], filter: null });
    const rows = splits.flatMap(({ uri }) => positions.map((position) => [uri, position]));
    const columns = [
      { name: 'file', type: plain('varchar') },
      { name: 'pos', type: plain('bigint') },
    ];
    const write = await this.warehouse.sink.begin({ kind: 'rewrite', table: ref, removes: [], rows: rows.length, readAt: snapshotId });
    const fragment = await write.appendDeletes('deletes', 0, toAsync(encodeSmallTable(columns, rows)));
    await write.commit([fragment], `tck-${String((this.#commits += 1))}`);
  }

  /** Notes what rows a table has at its newest snapshot. */
  async note(name: string, rows: readonly (readonly Value[])[]): Promise<void> {
    const { ref, snapshotId, fields } = await this.table(name);
    this.#known.set(keyOf(ref, snapshotId), { fieldIds: fields.map(({ id }) => id), columns: this.#columns.get(name) ?? [], rows });
  }

  /** Returns the rows of a table now. */
  async rowsOf(name: string): Promise<readonly (readonly Value[])[]> {
    const { ref, snapshotId } = await this.table(name);
    return this.#known.get(keyOf(ref, snapshotId))?.rows ?? [];
  }

  /** Returns what a snapshot holds; no rows for a table without one. */
  known(table: TableRef, snapshotId: string | null): KnownRows {
    return this.#known.get(keyOf(table, snapshotId)) ?? { fieldIds: [], columns: [], rows: [] };
  }

  async table(name: string): Promise<TableSnapshot> {
    const found = await this.warehouse.catalog.resolve({ schema: 'main', name });
    if (found?.kind !== 'table') throw new PlatformError('CATALOG_UNKNOWN_TABLE', `the kit has no table ${name}`);
    return found;
  }

  async close(): Promise<void> {
    await this.warehouse.close();
    await this.#closeData();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Makes a world with the kit's tables in a new temporary directory. */
export async function openWorld(): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'engine-tck-'));
  const warehouseDirectory = join(directory, 'warehouse');
  const onLog = (): void => undefined;
  const dataService = await openDataService({
    processesMax: 2,
    threads: 2,
    memoryBytesMax: MEMORY_BYTES,
    spoolDirectory: join(directory, 'storage'),
    dataDirectory: join(warehouseDirectory, 'tables'),
    uploadsDirectory: join(directory, 'uploads'),
    onLog,
  });
  const warehouse = await openWarehouse({ directory: warehouseDirectory, dataService, onLog });
  const world = new World(directory, warehouse, () => dataService.close());
  try {
    for (const table of fixtureTables()) await world.create(table);
    return world;
  } catch (error) {
    await world.close();
    throw error;
  }
}

function keyOf(table: TableRef, snapshotId: string | null): string {
  return `${table.uuid}@${snapshotId ?? 'empty'}`;
}

async function* toAsync(frames: readonly Uint8Array[] | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* frames;
}
