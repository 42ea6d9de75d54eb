import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { StatementResult } from '../../../client/index.ts';

const BYTES = tableToIPC(tableFromArrays({ n: Int32Array.from({ length: 100 }, (_, index) => index) }), 'stream');

/** Length of the marker with which an Arrow stream ends. Units: bytes. */
const MARKER = 8;

/** Returns the result whose body comes in pieces of a length and then ends, or breaks with an error. */
function resultOf(bytes: Uint8Array, options: { readonly piece?: number; readonly broken?: boolean } = {}): Promise<StatementResult> {
  const { piece = bytes.length, broken = false } = options;
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at < bytes.length) controller.enqueue(bytes.slice(at, (at += piece)));
      else if (broken) controller.error(new TypeError('terminated'));
      else controller.close();
    },
  });
  return StatementResult.open({ queryId: 'q', engine: 'olap', snapshots: null, cache: null, session: {}, body });
}

describe('a result', () => {
  it.each([1, 3, 7, 4096])('that comes in pieces of %d bytes is read whole', async (piece) => {
    const rows = await (await resultOf(BYTES, { piece })).rows();
    expect(rows).toHaveLength(100);
    expect(rows[99]).toEqual({ n: 99 });
  });

  it('that ends properly, but without the marker of its end, is lost', async () => {
    const result = await resultOf(BYTES.slice(0, BYTES.length - MARKER));
    await expect(result.rows()).rejects.toMatchObject({ code: 'ENGINE_LOST', retryable: true });
  });

  it('whose connection breaks is lost', async () => {
    const result = await resultOf(BYTES.slice(0, BYTES.length - MARKER), { broken: true });
    await expect(result.rows()).rejects.toMatchObject({ code: 'ENGINE_LOST' });
  });
});
