import { formatType } from '../../spi/index.ts';
import { ARROW_END_OF_STREAM } from '../../runtime/arrow/index.ts';
import type { StatementOutcome } from '../query/statement-request.ts';
import { countFrameRows } from './count-frame-rows.ts';
import type { EncodedChunk } from './encode-task.ts';
import type { ResultEncoder } from './result-encoder.ts';
import type { ResultFormat } from './result-format.ts';

/** Facts that stand in the body of a JSON answer. */
export interface BodyFacts {
  readonly queryId: string;
  readonly createdAtMs: number;
}

const utf8 = new TextEncoder();

/** Returns the bytes of an answer piece by piece, with the rows that each piece carries.
 *  Guarantees: what marks a complete answer (the closing brackets of JSON, Arrow's end of stream) comes only after the last row. */
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
      return jsonBody(outcome, encoder, facts);
    default:
      return encoder.encode(outcome.frames, outcome.columns, format);
  }
}

async function* arrowBody(frames: AsyncIterable<Uint8Array>): AsyncGenerator<EncodedChunk> {
  for await (const bytes of frames) yield { bytes, rows: countFrameRows(bytes) };
  yield { bytes: ARROW_END_OF_STREAM, rows: 0 };
}

async function* jsonBody(outcome: StatementOutcome, encoder: ResultEncoder, facts: BodyFacts): AsyncGenerator<EncodedChunk> {
  const { engine, snapshots, columns } = outcome;
  const head = { queryId: facts.queryId, engine, snapshots, columns: columns.map(({ name, type }) => ({ name, type: formatType(type) })) };
  yield text(`${JSON.stringify(head).slice(0, -1)},"data":[`);
  let rows = 0;
  for await (const chunk of encoder.encode(outcome.frames, columns, 'json')) {
    if (chunk.rows === 0) continue;
    if (rows > 0) yield text(',');
    rows += chunk.rows;
    yield chunk;
  }
  yield text(`],"rows":${String(rows)},"elapsedMs":${String(Date.now() - facts.createdAtMs)}}\n`);
}

function text(value: string): EncodedChunk {
  return { bytes: utf8.encode(value), rows: 0 };
}
