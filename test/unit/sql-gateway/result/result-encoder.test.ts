import { RecordBatchStreamWriter, tableFromArrays } from 'apache-arrow';
import { afterAll, describe, expect, it } from 'vitest';
import { readFrames } from '../../../../runtime/arrow/index.ts';
import { createResultQuota } from '../../../../sql-gateway/result/result-quota.ts';
import { createMemoryTableSink } from '../../../support/memory-table-sink.ts';
import { createResultEncoder, type RowTarget } from '../../../../sql-gateway/result/result-encoder.ts';

const encoder = createResultEncoder({
  sink: createMemoryTableSink(),
  spool: { createFolder: () => Promise.reject(new Error('no file is made')) },
  quota: createResultQuota({ resultBytesMax: 0, spoolBytesMax: 0 }),
});
afterAll(() => encoder.close());

function framesOf(values: readonly number[]): readonly Uint8Array[] {
  const table = tableFromArrays({ n: Int32Array.from(values) });
  return readFrames(RecordBatchStreamWriter.writeAll(table).toUint8Array(true));
}

async function encoded(frames: readonly Uint8Array[], format: RowTarget['format']): Promise<string> {
  const columns = [{ name: 'n', type: { kind: 'integer' }, nullable: false }] as const;
  let text = '';
  for await (const { bytes } of encoder.encode(streamOf(frames), { columns, format })) text += Buffer.from(bytes).toString();
  return text;
}

async function* streamOf(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* frames;
}

describe('the encoder of results', () => {
  it('gives the same text for the same frames each time, in each format', async () => {
    const frames = framesOf([1, 2]);
    for (let time = 0; time < 2; time += 1) {
      expect(await encoded(frames, 'json')).toBe('[1],[2]');
      expect(await encoded(frames, 'ndjson')).toBe('{"n":1}\n{"n":2}\n');
    }
  });

  it('does not take frames of the same form for the same', async () => {
    expect(await encoded(framesOf([1]), 'json')).toBe('[1]');
    expect(await encoded(framesOf([2]), 'json')).toBe('[2]');
  });

  it('gives the same text for large frames each time, though a worker encodes them', async () => {
    const frames = framesOf(Array.from({ length: 3000 }, (_, index) => index));
    const first = await encoded(
      frames.map((frame) => frame.slice()),
      'json',
    );
    expect(
      await encoded(
        frames.map((frame) => frame.slice()),
        'json',
      ),
    ).toBe(first);
    expect(first.endsWith('[2999]')).toBe(true);
  });
});
