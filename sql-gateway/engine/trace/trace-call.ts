import { type BoundQuery, PlatformError } from '../../../spi/index.ts';
import type { EngineTraces, TracedIdentity } from './engine-traces.ts';

/** What is asked, by whom, and what of it and of its answer is told. */
export interface TracedCall<Answer> {
  readonly message: string;
  /** Who asks; the other one answers. */
  readonly from: 'host' | 'engine';
  readonly query?: BoundQuery | null;
  readonly body: unknown;
  readonly tell: (answer: Answer) => unknown;
}

/** Makes a call and tells followers of it and of its answer; an error passes through.
 *  @throws what the call throws */
export async function traceCall<Answer>(
  identity: TracedIdentity,
  traces: EngineTraces,
  { tell, body, from, ...call }: TracedCall<Answer>,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (!traces.isFollowed(identity)) return run();
  const askedAtMs = performance.now();
  const back = from === 'host' ? 'engine' : 'host';
  traces.emit(identity, { ...call, from, body });
  try {
    const answer = await run();
    traces.emit(identity, { ...call, from: back, askedAtMs, body: tell(answer) });
    return answer;
  } catch (error) {
    traces.emit(identity, { query: call.query ?? null, message: 'error', from: back, askedAtMs, body: errorOf(error) });
    throw error;
  }
}

/** Passes frames on and tells followers of each, of their end, and of who left before it.
 *  @throws what the frames throw */
export async function* traceFrames(
  identity: TracedIdentity,
  traces: EngineTraces,
  { from, ...call }: Omit<TracedCall<never>, 'tell'>,
  run: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const askedAtMs = performance.now();
  const query = call.query ?? null;
  const back = from === 'host' ? 'engine' : 'host';
  traces.emit(identity, { ...call, from });
  let ended = false;
  try {
    for await (const frame of run()) {
      traces.emit(identity, { query, from: back, message: 'frame', askedAtMs, bytes: frame.byteLength, body: null });
      yield frame;
    }
    ended = true;
    traces.emit(identity, { query, from: back, message: 'end', askedAtMs, body: null });
  } catch (error) {
    ended = true;
    traces.emit(identity, { query, from: back, message: 'error', askedAtMs, body: errorOf(error) });
    throw error;
  } finally {
    if (!ended) traces.emit(identity, { query, from, message: 'leave', askedAtMs, body: null });
  }
}

function errorOf(error: unknown): unknown {
  const { code, message, details } = PlatformError.from(error, 'ENGINE_FAILED');
  return { code, message, details };
}
