import { move } from 'piscina';
import { encodeRows, type EncodeRowsTask } from '../../runtime/arrow/index.ts';

/** Encodes one record batch in a worker thread; the bytes are handed over without a copy. */
export default function encodeBatch(task: EncodeRowsTask): Uint8Array {
  return move(encodeRows(task)) as Uint8Array;
}
