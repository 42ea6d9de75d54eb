import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARROW_END_OF_STREAM } from '../../../../runtime/arrow/index.ts';
import { assert, type DataFile, type Field, PlatformError } from '../../../../spi/index.ts';
import { asFrames, columns, dataProcessIds, type DataWorkbench, openWorkbench, splitOf } from './fixture/data-workbench.ts';

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

const FIELDS = columns({ id: 'bigint', word: 'varchar' });

async function stored(query: string, fields: readonly Field[] = FIELDS): Promise<DataFile> {
  const [file] = await bench.service.writeFile(bench.target(fields), await bench.parquet(query));
  assert(file !== undefined, 'a file was written');
  return file;
}

async function framesOf(file: DataFile, fields: readonly Field[] = FIELDS, signal?: AbortSignal): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const wanted = fields.map((field) => ({ ...field, fieldId: field.id }));
  for await (const frame of bench.service.read(splitOf(file), fields, wanted, signal)) frames.push(Uint8Array.from(frame));
  return frames;
}

const TEN = "SELECT i AS id, 'w' || i AS word FROM range(10) r(i)";

describe('writing frames', () => {
  it('takes columns by position whatever their names are, even if they repeat', async () => {
    const frames = await framesOf(await stored('SELECT i AS id, i::VARCHAR AS word FROM range(3) r(i)'));
    const target = columns({ number: 'bigint', text: 'varchar' });
    const files = await bench.service.writeFrames(bench.target(target), asFrames(frames));
    expect(await bench.rows(files, target)).toEqual([0, 1, 2].map((value) => ({ number: BigInt(value), text: String(value) })));
  });

  it('refuses another number of columns, types that do not fit, NULL where there may be none, and bytes that are no frames', async () => {
    const frames = await framesOf(await stored("SELECT i AS id, nullif('w' || i, 'w2') AS word FROM range(3) r(i)"));
    const write = (fields: readonly Field[], bytes: readonly Uint8Array[]) =>
      bench.service.writeFrames(bench.target(fields), asFrames(bytes));
    await expect(write(columns({ a: 'bigint' }), frames)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
    await expect(write(columns({ a: 'bigint', b: 'date' }), frames)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
    await expect(write(columns({ a: 'bigint', b: 'varchar' }, ['b']), frames)).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
      details: { column: 'b' },
    });
    await expect(write(FIELDS, [])).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(write(FIELDS, [Buffer.from('no frame at all, but text')])).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await expect(write(FIELDS, [...frames.slice(0, 1), Buffer.alloc(64, 1)])).rejects.toMatchObject({ code: 'STORAGE_FILE' });
  });

  it('fails with the error of the frames when their source fails, and the process serves on', async () => {
    const frames = await framesOf(await stored(TEN));
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(frames[0] as Uint8Array);
      throw new PlatformError('REQUEST_INVALID', 'the source broke');
    };
    await expect(bench.service.writeFrames(bench.target(FIELDS), failing())).rejects.toThrow('the source broke');
    expect((await bench.service.writeFrames(bench.target(FIELDS), asFrames(frames)))[0]?.rows).toBe(10);
  });
});

describe('an Arrow file of a user', () => {
  it('is read as a stream and refused without its end marker', async () => {
    const frames = await framesOf(await stored(TEN));
    const whole = Buffer.concat([...frames, ARROW_END_OF_STREAM]);
    expect(await bench.load(bench.file('arrow', whole), FIELDS)).toHaveLength(10);
    for (const damaged of [Buffer.concat(frames), whole.subarray(0, -30), Buffer.alloc(0), Buffer.from('x,y\n1,2\n3,4\n')]) {
      await expect(bench.load(bench.file('arrow', damaged), FIELDS)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    }
  });
});

describe('an Arrow file with dictionaries', () => {
  it('is read also when its schema stands in the footer only, and refused when it is cut off', async () => {
    const table = tableFromArrays({ id: BigInt64Array.from([1n, 2n]), word: ['x', 'x'] });
    const fields = columns({ id: 'bigint', word: 'varchar' });
    for (const format of ['file', 'stream'] as const) {
      const bytes = tableToIPC(table, format);
      expect(await bench.load(bench.file('arrow', bytes), fields)).toEqual([
        { id: 1n, word: 'x' },
        { id: 2n, word: 'x' },
      ]);
      await expect(bench.load(bench.file('arrow', bytes.subarray(0, -3)), fields)).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    }
  });
});

describe('reading a split', () => {
  it('gives the columns asked for in their order and under their names', async () => {
    const file = await stored(TEN);
    const rows = await bench.rows([file], [...FIELDS].reverse());
    expect(rows[3]).toEqual({ word: 'w3', id: 3n });
  });

  it('matches by field id, so that a renamed column is found, and one that the file lacks is NULL', async () => {
    const file = await stored(TEN);
    const renamed = [
      { id: 7, name: 'id', type: { kind: 'integer' as const }, nullable: true },
      { ...(FIELDS[0] as Field), name: 'number' },
    ];
    expect((await bench.rows([file], renamed))[9]).toEqual({ id: null, number: 9n });
  });

  it('tells a missing, cut or overwritten file as corrupt', async () => {
    const [gone, cut, broken] = [
      await stored(TEN),
      await stored(TEN),
      await stored('SELECT i AS id, hash(i)::VARCHAR AS word FROM range(50000) r(i)'),
    ];
    await expect(framesOf({ ...gone, uri: gone.uri.replace('data_', 'none_') })).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    truncateSync(fileURLToPath(cut.uri), 100);
    await expect(framesOf(cut)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
    const bytes = readFileSync(fileURLToPath(broken.uri));
    bytes.fill(0x55, 1000, 20_000);
    writeFileSync(fileURLToPath(broken.uri), bytes);
    await expect(framesOf(broken)).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' });
  });

  it('stops when its reader leaves or cancels', async () => {
    const file = await stored("SELECT i AS id, repeat('x', 100) || hash(i) AS word FROM range(300000) r(i)");
    const wanted = FIELDS.map((field) => ({ ...field, fieldId: field.id }));
    for await (const frame of bench.service.read(splitOf(file), FIELDS, wanted)) {
      expect(frame.byteLength).toBeGreaterThan(0);
      break;
    }
    const controller = new AbortController();
    const reading = framesOf(file, FIELDS, controller.signal);
    controller.abort();
    await expect(reading).rejects.toBeDefined();
    expect(await framesOf(await stored(TEN))).not.toHaveLength(0);
  });
});

describe('exporting Parquet', () => {
  it('puts the whole file in place under its name, with repeated column names told apart', async () => {
    const path = join(bench.directory, 'export.parquet');
    const result = await bench.service.exportParquet(path, asFrames(await framesOf(await stored(TEN))));
    expect(result).toEqual({ rows: 10, bytes: readFileSync(path).byteLength });
    const inspection = await bench.service.inspect({ path, format: 'parquet', options: {} });
    expect(inspection).toMatchObject({ rows: 10, columns: [{ name: 'id' }, { name: 'word' }] });
  });

  it('leaves nothing when it fails', async () => {
    const path = join(bench.directory, 'failed.parquet');
    const [schema] = await framesOf(await stored(TEN));
    await expect(bench.service.exportParquet(path, asFrames([schema as Uint8Array, Buffer.alloc(64, 1)]))).rejects.toMatchObject({
      code: 'STORAGE_FILE',
    });
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(bench.directory).filter((name) => name.includes('failed.parquet'))).toEqual([]);
  });
});

describe('the processes', () => {
  it('are replaced when one is killed, whose operation fails as unavailable or, by a crash of its own, as the fault of the file', async () => {
    for (const [signal, code] of [
      ['SIGKILL', 'STORAGE_UNAVAILABLE'],
      ['SIGSEGV', 'STORAGE_FILE'],
    ] as const) {
      const endless = async function* (): AsyncGenerator<Uint8Array> {
        yield (await framesOf(await stored(TEN)))[0] as Uint8Array;
        await new Promise((resolve) => setTimeout(resolve, 300));
        for (const pid of dataProcessIds()) process.kill(pid, signal);
        await new Promise(() => undefined);
      };
      await expect(bench.service.writeFrames(bench.target(FIELDS), endless())).rejects.toMatchObject({ code });
      expect(await framesOf(await stored(TEN))).not.toHaveLength(0);
    }
  });

  it('leave no temporary files behind', () => {
    expect(readdirSync(join(bench.directory, 'spool')).length).toBeLessThanOrEqual(4);
  });
});
