import { assert, type LegacyCompression, PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { OutgoingFile } from '../file/outgoing-file.ts';
import type { EncodedChunk } from '../result/encoded-chunk.ts';
import { encodeParquet } from '../result/parquet-file.ts';
import { csvBody } from '../result/result-body.ts';
import { answerCommit, answerRows } from './answer-small.ts';
import { executeQuery } from './execute-query.ts';
import { commitStaged, findEarlierCommit } from './execute-write.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

type CopyToStatement = Extract<BoundStatement, { kind: 'copy_to' }>;

/** Loads a file from an allowed folder into a table. */
export async function executeCopyFrom(
  statement: Extract<BoundStatement, { kind: 'copy_from' }>,
  context: StatementContext,
): Promise<StatementOutcome> {
  const { table, path, format, options, columns } = statement;
  const earlier = await findEarlierCommit(table, context);
  if (earlier !== null) return answerCommit(earlier, null);
  const pinned = await context.files.pin(path);
  try {
    const transaction = await context.sink.begin({ kind: 'append', table });
    const source = { path: pinned.path, format, options, columns };
    const stage = async () => [await transaction.appendFile('copy', 1, source, context.record.signal)];
    return answerCommit(await commitStaged(transaction, stage, context), null);
  } catch (error) {
    throw nameFile(error, pinned.path, path);
  } finally {
    await pinned.release();
  }
}

/** Writes a query's rows as a file into an allowed folder. The file appears under its name when it is complete. */
export async function executeCopyTo(statement: CopyToStatement, context: StatementContext): Promise<StatementOutcome> {
  checkForm(statement);
  const outgoing = await context.files.create(statement.path);
  try {
    const outcome = await executeQuery(statement, context);
    try {
      const rows = await writeResult(outcome, statement, outgoing, context);
      context.record.signal.throwIfAborted();
      await outgoing.publish();
      context.record.count(rows, 0);
      return answerRows(rows, outcome.engine);
    } finally {
      await outcome.close();
    }
  } finally {
    await outgoing.discard();
  }
}

async function writeResult(
  outcome: StatementOutcome,
  statement: CopyToStatement,
  outgoing: OutgoingFile,
  context: StatementContext,
): Promise<number> {
  let rows = 0;
  for await (const chunk of encodeFile(outcome, statement, context)) {
    await outgoing.write(chunk.bytes);
    rows += chunk.rows;
  }
  return rows;
}

function encodeFile(
  outcome: StatementOutcome,
  { format, options }: CopyToStatement,
  context: StatementContext,
): AsyncIterable<EncodedChunk> {
  if (format === 'parquet') return encodeParquet(context, outcome.frames);
  if (format === 'parquet_legacy') return encodeParquet(context, outcome.frames, legacyCompression(options));
  assert(format !== 'arrow', 'the format of COPY TO was checked before');
  if (format === 'csv' && options['header'] !== false) return csvBody(outcome, context.encoder);
  return context.encoder.encode(outcome.frames, { columns: outcome.columns, format });
}

function checkForm({ format, options }: CopyToStatement): void {
  if (format === 'arrow') {
    throw new PlatformError('SQL_UNSUPPORTED', 'COPY TO writes Parquet, CSV and NDJSON; Arrow comes with POST /v1/sql.');
  }
  const taken = format === 'csv' ? ['header'] : format === 'parquet_legacy' ? ['compression'] : [];
  const refused = Object.keys(options).find((name) => !taken.includes(name));
  if (refused === undefined) return;
  throw new PlatformError('SQL_UNSUPPORTED', `COPY TO with FORMAT ${format} does not take the option '${refused}'.`, {
    hint: format === 'csv' ? "CSV is written as RFC 4180 has it; the option 'header' is taken." : undefined,
  });
}

/** @throws SQL_INVALID_VALUE for another compression than legacy files have */
function legacyCompression({ compression = 'snappy' }: CopyToStatement['options']): LegacyCompression {
  const known = (['snappy', 'gzip', 'none'] as const).find((name) => name === String(compression).toLowerCase());
  if (known !== undefined) return known;
  throw new PlatformError('SQL_INVALID_VALUE', `Legacy Parquet is compressed with snappy, gzip or none, not '${String(compression)}'.`);
}

/** The user knows the file by the name in the statement. */
function nameFile(error: unknown, pinnedPath: string, path: string): unknown {
  if (!(error instanceof PlatformError) || !error.message.includes(pinnedPath)) return error;
  const { location, hint, details } = error;
  return new PlatformError(error.code, error.message.replaceAll(pinnedPath, path), { location, hint, details, cause: error });
}
