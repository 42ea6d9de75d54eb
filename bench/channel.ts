import { spawnChild } from '../runtime/process/index.ts';
import type { Check, Proof } from '../test/prove/proof.ts';
import { elapsedMs, medianInterval, quantile, round, sampleMs } from './measure.ts';

const FRAME_BYTES = 2 ** 20;

/** What a message and a byte cost between two processes. */
export const benchmark: Proof = {
  name: 'channel',
  summary: 'latency of a tiny call and throughput of frames between a parent and a child process',
  async run({ quick }) {
    const child = await spawnChild({
      entry: new URL('../test/unit/runtime/process/fixture/echo-child.ts', import.meta.url),
      name: 'trivium-echo',
      lostCode: 'ENGINE_LOST',
      onLog: (line) => {
        console.error(line);
      },
    });
    const calls = quick ? 20_000 : 100_000;
    await sampleMs(5000, () => child.channel.call('echo', 1));
    const latencies = await sampleMs(calls, () => child.channel.call('echo', 1));
    const frames = quick ? 500 : 3000;
    const seconds: number[] = [];
    for (let round = 0; round < 15; round++) {
      seconds.push((await elapsedMs(() => drain(child.channel.open('stream', { frames, bytes: FRAME_BYTES }).frames))) / 1000);
    }
    await child.stop(1000);
    return checks(latencies, medianInterval(seconds.map((second) => (frames * FRAME_BYTES) / second / 1e9)));
  },
};

async function drain(frames: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const frame of frames) bytes += frame.byteLength;
  return bytes;
}

function checks(latencies: number[], rate: ReturnType<typeof medianInterval>): Check[] {
  const p50Us = round(quantile(latencies, 0.5) * 1000);
  return [
    {
      id: 'tiny-call-p50',
      value: p50Us,
      unit: 'us',
      target: '<= 60',
      pass: p50Us <= 60,
      note: `p99 ${round(quantile(latencies, 0.99) * 1000)} us of ${latencies.length} calls, one at a time`,
    },
    {
      id: 'frame-throughput',
      value: round(rate.median),
      unit: 'GB/s',
      target: '>= 1',
      pass: rate.median >= 1,
      note: `95% ${round(rate.low)} to ${round(rate.high)} of ${rate.samples} runs; frames of 1 MiB, made and read in JavaScript`,
    },
  ];
}
