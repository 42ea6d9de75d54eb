import { join } from 'node:path';
import type { ChosenTable } from './choose-tables.ts';
import {
  EVOLUTION,
  type EvolutionStep,
  evolve,
  firstState,
  type MatrixState,
  type MatrixTable,
  rowsQuery,
  specOf,
} from './matrix-cases.ts';
import type { ProofWarehouse } from './proof-warehouse.ts';
import { plainQuery } from './read-by-duckdb.ts';
import type { ReadJob } from './open-readers.ts';
import { writeEqualityDeletes } from './write-equality-deletes.ts';

/** A state of a table of the matrix, for readers to read. */
export interface MatrixJob extends ReadJob {
  readonly table: MatrixTable;
  readonly step: EvolutionStep;
}

/** Rows of an append. */
const ROWS = 6;

/** Makes a table of the matrix step by step, as far as it is wanted, and gives each of the states as it is then: our rows, where the metadata is, and the rows
 *  that a plain reading of the planned files has. */
export async function* buildMatrixTable(proof: ProofWarehouse, { table, steps }: ChosenTable): AsyncGenerator<MatrixJob> {
  const growing = new GrowingTable(proof, table);
  let missing = steps.length;
  for (const step of EVOLUTION) {
    if (missing === 0) return;
    await growing.take(step);
    if (!steps.includes(step)) continue;
    missing -= 1;
    yield await growing.job(step);
  }
}

class GrowingTable {
  readonly #proof: ProofWarehouse;
  readonly #table: MatrixTable;
  #state: MatrixState;
  #batch = 0;
  #seen: ReadonlySet<string> = new Set();

  constructor(proof: ProofWarehouse, table: MatrixTable) {
    this.#proof = proof;
    this.#table = table;
    this.#state = firstState(table.layout);
  }

  async take(step: EvolutionStep): Promise<void> {
    if (step === 'made') return this.#make();
    const { changes, state } = evolve(this.#table, step, this.#state);
    await this.#proof.alter(this.#table.name, changes);
    this.#state = state;
    await this.#append();
    await this.#deleteRows();
  }

  /** Begins the table. Its equality deletes come from another writer, as a table of which it is taken over. */
  async #make(): Promise<void> {
    const { name, deletes, formatVersion } = this.#table;
    const [from, begun] = [deletes === 'equality' ? `${name}_before` : name, deletes === 'position' ? 2 : formatVersion];
    const properties: Readonly<Record<string, string>> = begun === 3 ? { 'format-version': '3' } : {};
    const table = { schema: 'main', name: from };
    await this.#proof.warehouse.writer.createTable({ name: table, ...specOf(this.#state), properties, comment: null }, 'fail');
    for (let append = 0; append < 2; append += 1) await this.#append(from);
    if (deletes === 'equality') {
      const { metadata } = await this.#proof.state(from);
      const word = this.#state.columns.find(({ key }) => key === 'word');
      const columns = ['id', ...(word === undefined ? [] : [word.name])];
      const folder = join(this.#proof.warehouse.dataDirectory, '..', 'others', name);
      const written = await writeEqualityDeletes(this.#proof.duckdb, metadata, columns, folder);
      await this.#register(name, written);
    }
    await this.#deleteRows();
    if (begun !== formatVersion) {
      await this.#proof.alter(name, [{ kind: 'set_properties', properties: { 'format-version': '3' } }]);
      await this.#append();
      await this.#deleteRows();
    }
  }

  async #register(name: string, metadataFile: string): Promise<void> {
    const registration = { name: { schema: 'main', name }, metadataFile, checkFiles: true };
    const run = { signal: new AbortController().signal, onProgress: () => undefined };
    await this.#proof.warehouse.transfer.registerTable(registration, () => Promise.resolve(), run);
  }

  async #append(name: string = this.#table.name): Promise<void> {
    await this.#proof.write(name, rowsQuery(this.#state, (this.#batch += 1), ROWS), 'append');
  }

  /** Takes rows of the files that came since the last time. */
  async #deleteRows(): Promise<void> {
    const { name, deletes } = this.#table;
    if (deletes !== 'position' && deletes !== 'vector') return;
    const { splits } = await this.#proof.state(name);
    const uris = splits.map(({ uri }) => uri);
    const fresh = new Set(uris.filter((uri) => !this.#seen.has(uri)));
    // One older file loses rows again, so that deletes meet deletes.
    const again = uris.find((uri) => this.#seen.has(uri));
    await this.#proof.deleteRows(name, new Set([...fresh, ...(again === undefined ? [] : [again])]));
    this.#seen = new Set(uris);
  }

  async job(step: EvolutionStep): Promise<MatrixJob> {
    const name = `${this.#table.name}_${step}`;
    const dumped = await this.#proof.dump(this.#table.name, name);
    const plain = await this.#plainRows(name);
    const equality = this.#table.deletes === 'equality';
    // Integers of files from before they were widened: Spark's vectorized reader fails on them, its other one does not.
    const vectorized = EVOLUTION.indexOf(step) < EVOLUTION.indexOf('widened');
    return {
      name,
      ...dumped,
      plain,
      filterColumns: [],
      ...(equality ? { refused: 'equality' } : {}),
      vectorized,
      table: this.#table,
      step,
    };
  }

  async #plainRows(name: string): Promise<string> {
    const path = join(this.#proof.directory, `${name}.plain.parquet`);
    const { table, splits } = await this.#proof.state(this.#table.name);
    const query = await plainQuery(this.#proof.duckdb, table.fields, splits);
    await this.#proof.duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
    return path;
  }
}
