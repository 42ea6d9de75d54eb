import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { readSmallNdjson, SMALL_BYTES_MAX } from '../../../../storage/data/source/small-ndjson.ts';
import { type DataWorkbench, openWorkbench } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

/** Blank lines change nothing but the way in which the keys are found. */
const BLANKS = '\n'.repeat(SMALL_BYTES_MAX);

async function columnsOf(content: Uint8Array): Promise<unknown> {
  try {
    const { columns } = await bench.service.inspect(bench.file('ndjson', content));
    return columns.map(({ name }) => name);
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'INTERNAL_INVARIANT');
    return { code, message: message.replaceAll(/\S*\.ndjson/g, 'the file') };
  }
}

describe('the columns of a small NDJSON file', () => {
  it.each([
    ['in the order of the first line', '{"b":1,"a":2}\n{"a":1,"b":2}\n'],
    ['of lines with other keys', '{"b":1}\n{"z":1,"a":{"deep":1}}\n{"c":[{"x":1}]}'],
    ['whose names are numbers', '{"b":1,"10":2,"9":3}\n'],
    ['after an object without any', '{}\n{"b":1,"a":2}\n'],
    ['between blank lines of all kinds', '\n  \t\r\n{"a":1}\r\n\n{"b":1}\r\n'],
    ['with escapes and signs of all languages', '{"\\u0061\\n":1,"größe":2,"名":3,"":4}\n'],
    ['with names that objects of programs have', '{"__proto__":1,"constructor":2}\n'],
    ['of nothing but blank lines', '\n\n'],
    ['of a line that is an array', '{"a":1}\n[1]\n'],
    ['of a line that is null', 'null\n'],
    ['of a line that breaks off', '{"a":1}\n{"b":\n'],
    ['of two objects in one line', '{"a":1}{"b":2}\n'],
    ['after a byte order mark', '\ufeff{"a":1}\n'],
  ])('are those of a longer one: %s', async (_, content) => {
    expect(await columnsOf(Buffer.from(content))).toEqual(await columnsOf(Buffer.from(content + BLANKS)));
  });

  it('are those of a longer one where its bytes are no text', async () => {
    const damaged = Buffer.concat([Buffer.from('{"a'), Buffer.from([0xff]), Buffer.from('":1}\n')]);
    expect(await columnsOf(damaged)).toEqual(await columnsOf(Buffer.concat([damaged, Buffer.from(BLANKS)])));
  });

  it('are found without a query only where its answer is sure', () => {
    const keysOf = (content: string) => readSmallNdjson(bench.file('ndjson', content).path)?.keys ?? null;
    expect(keysOf('{"b":1}\n{"c":1,"a":2}\n')).toEqual(['b', 'a', 'c']);
    for (const content of ['{"b":1,"1":2}', '[1]', '{"a":', '{"b":1}{"a":1}', `{"a":1}${BLANKS}`]) expect(keysOf(content)).toBeNull();
  });
});
