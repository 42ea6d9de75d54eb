import { PlatformError } from '../spi/index.ts';
import { ARROW_END_OF_STREAM } from '../runtime/arrow/index.ts';
import { cancelled } from './call-server.ts';

/** Passes the bytes of an Arrow answer on.
 *  Guarantees: ends normally only when the stream's own end marker was the last thing that came, so that a connection which was cut is never taken for a shorter result.
 *  @throws ENGINE_LOST when it was cut; ENGINE_CANCELLED when the signal was aborted */
export async function* checkComplete(body: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let tail = new Uint8Array(0);
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      tail = lastBytes(tail, value, ARROW_END_OF_STREAM.length);
      yield value;
    }
    ended = true;
  } catch (error) {
    if (signal?.aborted === true) throw cancelled(error);
    // What the server said is more than that something broke.
    throw error instanceof PlatformError ? error : cut(error);
  } finally {
    // Whoever stops reading ends the statement.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
  if (tail.length < ARROW_END_OF_STREAM.length || tail.some((byte, index) => byte !== ARROW_END_OF_STREAM[index])) throw cut(null);
}

function lastBytes(before: Uint8Array, next: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  if (next.length >= count) return next.slice(next.length - count);
  const joined = new Uint8Array(before.length + next.length);
  joined.set(before);
  joined.set(next, before.length);
  return joined.slice(Math.max(0, joined.length - count));
}

function cut(cause: unknown): PlatformError {
  return new PlatformError('ENGINE_LOST', 'the connection ended before the result did', { cause, hint: 'Send the statement again.' });
}
