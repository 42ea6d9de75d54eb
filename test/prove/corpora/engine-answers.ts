import { type Data, DataType, RecordBatchReader } from 'apache-arrow';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import olap from '../../../engines/olap/index.ts';
import { readColumn, type RowValue } from '../../../runtime/arrow/read-rows.ts';
import { type BoundQuery, type ParquetSplit, PlatformError, type TableSource } from '../../../spi/index.ts';
import { createSilentLog } from '../../support/silent-log.ts';
import type { Answer, Cell } from './duckdb-answers.ts';

/** Our engine over a folder with one Parquet file a table. */
export interface EngineUnderProof {
  /** Runs a query as the gateway would: nothing but its plan reaches the engine.
   *  @throws RESOURCE_DEADLINE when it takes longer than the time given */
  answer(query: BoundQuery, timeoutMs: number): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts the OLAP engine with a table for each file. */
export async function startEngine(folder: string): Promise<EngineUnderProof> {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'trivium-corpora-'));
  const host = { tables: parquetSource(folder), log: createSilentLog(), spoolDirectory, dataDirectory: folder };
  const engine = await olap.create({ spares: 1, processesMax: 2 }, host);
  return {
    async answer(query, timeoutMs) {
      const prepared = await engine.prepare(query);
      const { frames } = prepared.execute({
        queryId: 'corpora',
        parameters: [],
        signal: new AbortController().signal,
        deadlineAtMs: Date.now() + timeoutMs,
      });
      const received: Uint8Array[] = [];
      for await (const frame of frames) received.push(frame);
      await prepared.close();
      return readAnswer(received);
    },
    async close() {
      await engine.close();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}

function parquetSource(folder: string): TableSource {
  const splits = new Map(readdirSync(folder).map((file) => [basename(file, '.parquet'), splitOf(join(folder, file))]));
  return {
    plan: async ({ table, filter }) => {
      const split = splits.get(table.name);
      if (split === undefined) throw new PlatformError('CATALOG_UNKNOWN_TABLE', `No file for the table ${table.name}.`);
      return { splits: [split], residual: filter, rows: split.rows, bytes: split.bytes, filesTotal: 1, filesSkipped: 0 };
    },
    read: () => {
      throw new PlatformError('ENGINE_UNSUPPORTED', 'The engine reads Parquet files itself.');
    },
  };
}

function splitOf(path: string): ParquetSplit {
  const bytes = statSync(path).size;
  return { kind: 'parquet', uri: pathToFileURL(path).href, rows: bytes, bytes, matchesSchema: true, partition: {}, deletes: [] };
}

/** Returns the rows of a result in the form that answers are compared in. */
export function readAnswer(frames: readonly Uint8Array[]): Answer {
  const rows: Cell[][] = [];
  let columns = 0;
  for (const batch of RecordBatchReader.from([...frames])) {
    const readers = batch.schema.fields.map((field, index) => ({
      read: readColumn(batch.data.children[index] as Data),
      approximate: DataType.isFloat(field.type),
      decimal: DataType.isDecimal(field.type),
    }));
    columns = readers.length;
    for (let row = 0; row < batch.numRows; row++) {
      rows.push(readers.map(({ read, approximate, decimal }) => cell(read(row), approximate, decimal)));
    }
  }
  return { columns, rows };
}

function cell(value: RowValue, approximate: boolean, decimal: boolean): Cell {
  if (value === null) return null;
  if (approximate) return Number(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return decimal && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
