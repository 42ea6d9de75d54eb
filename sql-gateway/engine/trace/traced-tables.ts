import type { TableSource } from '../../../spi/index.ts';
import type { EngineTraces, TracedIdentity } from './engine-traces.ts';
import { traceCall, traceFrames } from './trace-call.ts';

/** Returns a source whose followers are told what the engine asks of it. */
export function tracedTables(identity: TracedIdentity, tables: TableSource, traces: EngineTraces): TableSource {
  return {
    plan: (request) =>
      traceCall(identity, traces, { message: 'tables.plan', from: 'engine', body: request, tell: (plan) => plan }, () =>
        tables.plan(request),
      ),
    read: (split, columns, signal) => {
      const run = (): AsyncIterable<Uint8Array> => tables.read(split, columns, signal);
      if (!traces.isFollowed(identity)) return run();
      return traceFrames(identity, traces, { message: 'tables.read', from: 'engine', body: { split, columns } }, run);
    },
  };
}
