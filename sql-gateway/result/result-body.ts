import { formatType } from '../../spi/index.ts';
import { ARROW_END_OF_STREAM } from '../../runtime/arrow/index.ts';
import type { StatementOutcome } from '../query/statement-request.ts';
import { countFrameRows } from './count-frame-rows.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import { csvHeader, type ResultEncoder } from './result-encoder.ts';
import type { ResultFormat } from './result-format.ts';

/** Facts that stand in the body of a JSON answer. */
export interface BodyFacts {
  readonly queryId: string;
  readonly createdAtMs: number;
}

/** Returns the bytes of an answer piece by piece, with the rows that each piece carries.
 *  Guarantees: the first piece comes when the first rows are encoded (of Parquet, when all are); what marks a complete answer (the closing brackets of JSON,
 *  Arrow's end of stream) comes only after the last row. */
export function encodeBody(
  format: ResultFormat,
  outcome: StatementOutcome,
  encoder: ResultEncoder,
  facts: BodyFacts,
): AsyncIterable<EncodedChunk> {
  switch (format) {
    case 'arrow':
      return arrowBody(outcome.frames);
    case 'json':
    case 'columns':
      return jsonBody(outcome, encoder, format, facts);
    case 'csv':
      return csvBody(outcome, encoder);
    case 'ndjson':
      return encoder.encode(outcome.frames, { columns: outcome.columns, format });
    case 'parquet':
      return encoder.encodeParquet(outcome.frames);
  }
}

async function* arrowBody(frames: AsyncIterable<Uint8Array>): AsyncGenerator<EncodedChunk> {
  for await (const bytes of frames) yield { bytes, rows: countFrameRows(bytes) };
  yield { bytes: ARROW_END_OF_STREAM, rows: 0 };
}

/** Returns the CSV document of a result: the header, then its rows. */
export async function* csvBody(
  outcome: Pick<StatementOutcome, 'frames' | 'columns'>,
  encoder: ResultEncoder,
): AsyncGenerator<EncodedChunk> {
  const { columns, frames } = outcome;
  let header: EncodedChunk | null = csvHeader(columns);
  for await (const chunk of encoder.encode(frames, { columns, format: 'csv' })) {
    if (header !== null) yield header;
    header = null;
    yield chunk;
  }
  if (header !== null) yield header;
}

async function* jsonBody(
  outcome: StatementOutcome,
  encoder: ResultEncoder,
  format: 'json' | 'columns',
  facts: BodyFacts,
): AsyncGenerator<EncodedChunk> {
  const { engine, snapshots, columns, frames } = outcome;
  const described = columns.map(({ name, type }) => ({ name, type: formatType(type) }));
  const head = JSON.stringify({ queryId: facts.queryId, engine, snapshots, columns: described });
  let before = `${head.slice(0, -1)},"${format === 'json' ? 'data' : 'batches'}":[`;
  let rows = 0;
  for await (const chunk of encoder.encode(frames, { columns, format })) {
    yield text(before);
    yield chunk;
    before = ',';
    rows += chunk.rows;
  }
  const end = `],"rows":${String(rows)},"elapsedMs":${String(Date.now() - facts.createdAtMs)}}\n`;
  yield text(rows === 0 ? before + end : end);
}

function text(value: string): EncodedChunk {
  return { bytes: Buffer.from(value, 'utf8'), rows: 0 };
}
