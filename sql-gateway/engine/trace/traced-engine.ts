import type { BoundQuery, Engine, PreparedQuery, ResultStream, RunOptions, StagingArea, ViewEngine } from '../../../spi/index.ts';
import type { EngineTraces, TracedIdentity } from './engine-traces.ts';
import { traceCall, traceFrames, type TracedCall } from './trace-call.ts';

/** Returns an engine whose followers are told what the host asks of it and what it answers. */
export function tracedEngine(identity: TracedIdentity, engine: Engine, traces: EngineTraces): ViewEngine {
  const views = engine as ViewEngine;
  const ask = <Answer>(
    message: string,
    query: BoundQuery | null,
    body: unknown,
    run: () => Promise<Answer>,
    tell = same,
  ): Promise<Answer> => traceCall(identity, traces, { message, from: 'host', query, body, tell } satisfies TracedCall<Answer>, run);
  return {
    get capabilities() {
      return engine.capabilities;
    },
    estimate: (query) => ask('estimate', query, query, () => engine.estimate(query)),
    prepare: async (query) => {
      const prepared = await ask('prepare', query, null, () => engine.prepare(query), columnsOf);
      return { columns: prepared.columns, execute: (run) => execute(query, prepared, run), close: () => close(query, prepared) };
    },
    write: (query, staging, run) => ask('write', query, writeBody(staging, run), () => engine.write(query, staging, run)),
    checkView: (query, watermarks) => ask('checkView', query, { query, watermarks }, () => views.checkView(query, watermarks)),
    startView: (start) => ask('startView', start.query, start, () => views.startView(start), nothing),
    health: () => engine.health(),
    drain: (timeoutMs) => ask('drain', null, { timeoutMs }, () => engine.drain(timeoutMs), nothing),
    close: () => ask('close', null, null, () => engine.close(), nothing),
  };

  function execute(query: BoundQuery, prepared: PreparedQuery, run: RunOptions): ResultStream {
    if (!traces.isFollowed(identity)) return prepared.execute(run);
    const call = { message: 'execute', from: 'host', query, body: runBody(run) } as const;
    return { frames: traceFrames(identity, traces, call, () => prepared.execute(run).frames) };
  }

  function close(query: BoundQuery, prepared: PreparedQuery): Promise<void> {
    return ask('close', query, null, () => prepared.close(), nothing);
  }
}

function same(answer: unknown): unknown {
  return answer;
}

function nothing(): null {
  return null;
}

function columnsOf(prepared: unknown): unknown {
  return { columns: (prepared as PreparedQuery).columns };
}

function runBody({ queryId, parameters, deadlineAtMs }: RunOptions): unknown {
  return { queryId, parameters, deadlineAtMs };
}

function writeBody({ fields }: StagingArea, run: RunOptions): unknown {
  return { run: runBody(run), fields };
}
