import { type Data, type DataType as ArrowType, RecordBatchReader } from 'apache-arrow';
import { arrowType, describeType, readColumn } from '../../runtime/arrow/index.ts';
import { type DataType, type Engine, ERROR_CODES, type ResultColumn, type RunOptions } from '../../spi/index.ts';
import { rowValueText } from '../value/value-text.ts';
import type { BoundCase } from '../world/open-world.ts';

/** What an engine made of a query. */
export type EngineAnswer =
  /** Shape: rows of value texts, in the order in which they came. */
  | {
      readonly kind: 'rows';
      readonly columns: readonly ResultColumn[];
      readonly rows: readonly (readonly string[])[];
      readonly faults: readonly string[];
    }
  /** Refused by the estimate and by `prepare`. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Anything else that went wrong; `code` is null for what is no PlatformError of a registered code. */
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string };

/** Asks an engine as the platform does: estimate, prepare, execute, to the last row. */
export async function askEngine(engine: Engine, { query, parameters }: BoundCase, run: Partial<RunOptions> = {}): Promise<EngineAnswer> {
  try {
    const estimate = await engine.estimate(query);
    if (estimate.kind === 'refusal') {
      const answer = await refusedBy(engine, { query, parameters });
      return answer.kind === 'refused' ? { ...answer, reason: estimate.reason } : answer;
    }
    const prepared = await engine.prepare(query);
    try {
      return await readAnswer(prepared.columns, prepared.execute(runOptions({ parameters, ...run })).frames);
    } finally {
      await prepared.close();
    }
  } catch (error) {
    return { kind: 'failed', ...describeError(error) };
  }
}

/** Asks an engine to prepare what its estimate refused. */
export async function refusedBy(engine: Engine, { query }: BoundCase): Promise<EngineAnswer> {
  try {
    await (await engine.prepare(query)).close();
    return { kind: 'failed', code: null, message: 'estimate refuses the query, and prepare takes it' };
  } catch (error) {
    const { code, message } = describeError(error);
    return code === 'ENGINE_UNSUPPORTED' ? { kind: 'refused', reason: message } : { kind: 'failed', code, message };
  }
}

/** Returns the circumstances of an execution without limits. */
export function runOptions(more: Partial<RunOptions> = {}): RunOptions {
  return { queryId: 'tck', parameters: [], signal: new AbortController().signal, deadlineAtMs: null, ...more };
}

/** Returns code and message of what was thrown; no code for what is not a PlatformError of a registered code. An engine of another package has
 *  a class of its own of that name. */
export function describeError(error: unknown): { readonly code: string | null; readonly message: string } {
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const { code } = error as { readonly code?: unknown };
  const known = error.name === 'PlatformError' && typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
  return { code: known ? code : null, message: error.message };
}

/** Reads frames to their end. `faults` tells what of the form is not as declared. */
async function readAnswer(columns: readonly ResultColumn[], frames: AsyncIterable<Uint8Array>): Promise<EngineAnswer> {
  const rows: (readonly string[])[] = [];
  const faults: string[] = [];
  let schema: Uint8Array | null = null;
  for await (const frame of frames) {
    if (schema === null) {
      schema = frame;
      faults.push(...schemaFaults(columns, frame));
      continue;
    }
    rows.push(...rowsOfFrame(columns, schema, frame));
  }
  if (schema === null) faults.push('no schema message came; there is one even for no rows');
  return { kind: 'rows', columns, rows, faults };
}

/** Returns the rows of one record batch as texts. */
export function rowsOfFrame(columns: readonly ResultColumn[], schema: Uint8Array, frame: Uint8Array): readonly (readonly string[])[] {
  const rows: string[][] = [];
  for (const batch of RecordBatchReader.from([schema, frame])) {
    if (batch.numRows === 0) continue;
    const readers = batch.data.children.map((data: Data) => readColumn(data));
    for (let row = 0; row < batch.numRows; row += 1) {
      rows.push(columns.map(({ type }, index) => rowValueText(readers[index]?.(row) ?? null, type)));
    }
  }
  return rows;
}

function schemaFaults(columns: readonly ResultColumn[], frame: Uint8Array): readonly string[] {
  const { fields } = RecordBatchReader.from([frame]).open().schema;
  if (fields.length !== columns.length) return [`${String(fields.length)} columns come, ${String(columns.length)} are declared in columns`];
  return columns.flatMap(({ name, type }, index) => {
    const field = fields[index];
    const [seen, wanted] = [field === undefined ? 'none' : describeType(field.type as ArrowType), describeType(arrowType(type))];
    const faults = field?.name === name ? [] : [`column ${String(index + 1)} is called "${String(field?.name)}", declared is "${name}"`];
    return isSameArrow(type, seen, wanted)
      ? faults
      : [...faults, `column "${name}" is ${seen}, declared is ${type.kind}, which is ${wanted}`];
  });
}

/** Names of parts of nested types, and NULL columns of any type, are the engine's own affair. */
function isSameArrow({ kind }: DataType, seen: string, wanted: string): boolean {
  if (kind === 'null') return true;
  if (kind === 'list' || kind === 'map' || kind === 'struct') return seen.split('<')[0] === wanted.split('<')[0];
  return seen === wanted;
}
