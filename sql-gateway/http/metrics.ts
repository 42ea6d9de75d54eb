import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { CacheFigures } from '../cache/result-cache.ts';
import type { EngineStatus } from '../engine/index.ts';
import type { Admission } from '../query/admission.ts';
import type { StreamStatus } from '../stream/stream-status.ts';
import type { QueryInfo } from '../query/query-registry.ts';
import type { ResultFigures } from '../statement/submitted-statements.ts';

/** What is told beside the counters: how things stand at this moment. */
export interface ServerFigures {
  readonly admission: Admission;
  readonly streams: readonly StreamStatus[];
  readonly cache: CacheFigures;
  readonly engines: readonly EngineStatus[];
  readonly results: ResultFigures;
}

/** Counts what the server does. */
export interface Metrics {
  /** Takes a statement that ended. */
  observe(query: QueryInfo): void;
  /** Returns all figures in the text format of Prometheus, version 0.0.4. */
  render(figures: ServerFigures): string;
  close(): void;
}

/** Upper bounds of the latency histogram's buckets. Units: seconds. */
const LATENCY_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Creates the counters of one server, all zero. */
export function createMetrics(): Metrics {
  const statements = new Map<string, number>();
  const buckets = LATENCY_BOUNDS.map(() => 0);
  const totals = { count: 0, seconds: 0, rows: 0, bytes: 0 };
  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  return {
    observe: (query) => {
      const labels = `state="${query.state}",engine="${query.engine ?? ''}",kind="${query.kind ?? ''}",code="${query.errorCode ?? ''}"`;
      statements.set(labels, (statements.get(labels) ?? 0) + 1);
      const seconds = ((query.endedAtMs ?? query.createdAtMs) - query.createdAtMs) / 1000;
      for (const [index, bound] of LATENCY_BOUNDS.entries()) if (seconds <= bound) buckets[index] = (buckets[index] ?? 0) + 1;
      totals.count += 1;
      totals.seconds += seconds;
      totals.rows += query.rows;
      totals.bytes += query.bytes;
    },
    render: ({ admission, streams, cache, engines, results }) => {
      const latency = LATENCY_BOUNDS.map((bound, index) => [`le="${String(bound)}"`, buckets[index] ?? 0] as const);
      return [
        family('trivium_statements_total', 'counter', 'Statements that ended.', [...statements]),
        family('trivium_statements', 'gauge', 'Statements under way.', [
          ['state="running"', admission.state.running],
          ['state="queued"', admission.state.queued],
        ]),
        family('trivium_result_rows_total', 'counter', 'Rows sent or committed.', [['', totals.rows]]),
        family('trivium_result_bytes_total', 'counter', 'Bytes of results sent.', [['', totals.bytes]]),
        histogram('trivium_statement_seconds', 'Time from the request to the end of the answer.', latency, totals),
        ...engineFamilies(engines),
        ...streamFamilies(streams),
        ...cacheFamilies(cache),
        family('trivium_submitted_statements', 'gauge', 'Submitted statements that run or whose results are kept.', [
          ['', results.statements],
        ]),
        family('trivium_spool_bytes', 'gauge', 'Room on the disk that results of submitted statements take.', [['', results.bytes]]),
        ...processFamilies(lag),
      ].join('');
    },
    close: () => {
      lag.disable();
    },
  };
}

function cacheFamilies({ hits, misses, entries, bytes }: CacheFigures): readonly string[] {
  return [
    family('trivium_cache_total', 'counter', 'Statements that looked for a stored result.', [
      ['outcome="hit"', hits],
      ['outcome="miss"', misses],
    ]),
    family('trivium_cache_entries', 'gauge', 'Results that are stored.', [['', entries]]),
    family('trivium_cache_bytes', 'gauge', 'Memory of stored results.', [['', bytes]]),
  ];
}

/** A version that drains stands beside the one that took its place, so that name and version tell engines apart. */
function engineFamilies(engines: readonly EngineStatus[]): readonly string[] {
  const samples = (value: (engine: EngineStatus) => number | null, more: (engine: EngineStatus) => string = () => ''): readonly Sample[] =>
    engines.flatMap((engine): Sample[] => {
      const number = value(engine);
      return number === null
        ? []
        : [[`engine="${escapeLabel(engine.name)}",version="${escapeLabel(engine.version)}"${more(engine)}`, number]];
    });
  const state = ({ state: now }: EngineStatus): string => `,state="${now}"`;
  return [
    family(
      'trivium_engine_state',
      'gauge',
      'Always 1; the label tells where in its life an engine is.',
      samples(() => 1, state),
    ),
    family(
      'trivium_engine_ready',
      'gauge',
      'Whether an engine can work.',
      samples(({ health }) => (health.ready ? 1 : 0)),
    ),
    family(
      'trivium_engine_statements',
      'gauge',
      'Statements that an engine runs.',
      samples(({ running }) => running),
    ),
    family(
      'trivium_engine_canary_share',
      'gauge',
      'Share of the statements that a canary gets, 0 to 1.',
      samples(({ share }) => share),
    ),
    family(
      'trivium_engine_restarts_total',
      'counter',
      'Starts of a process or thread of an engine after its end.',
      samples(({ health }) => (typeof health.details['restarts'] === 'number' ? health.details['restarts'] : null)),
    ),
  ];
}

function streamFamilies(streams: readonly StreamStatus[]): readonly string[] {
  const samples = (value: (stream: StreamStatus) => number | null): readonly Sample[] =>
    streams.flatMap((stream): Sample[] => {
      const number = value(stream);
      return number === null ? [] : [[`view="${escapeLabel(stream.name)}"`, number]];
    });
  return [
    family(
      'trivium_stream_checkpoints_total',
      'counter',
      'Checkpoints of a materialized view.',
      samples((stream) => stream.checkpoint),
    ),
    family(
      'trivium_stream_rows_total',
      'counter',
      'Rows that a materialized view has read.',
      samples((stream) => stream.rowsRead),
    ),
    family(
      'trivium_stream_late_rows_total',
      'counter',
      'Rows that came too late for a view.',
      samples((stream) => stream.lateRows),
    ),
    family(
      'trivium_stream_lag_snapshots',
      'gauge',
      'Snapshots that are not part of a view yet.',
      samples((stream) => stream.lag),
    ),
  ];
}

const escapeLabel = (text: string): string => text.replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');

type Sample = readonly [labels: string, value: number];

function processFamilies(lag: IntervalHistogram): readonly string[] {
  const memory = process.memoryUsage();
  const lagSamples = [50, 99].map((percentile): Sample => [`quantile="${String(percentile / 100)}"`, lag.percentile(percentile) / 1e9]);
  lag.reset();
  return [
    family('process_resident_memory_bytes', 'gauge', 'Resident memory of the gateway process.', [['', memory.rss]]),
    family('nodejs_heap_used_bytes', 'gauge', 'Used heap of the gateway process.', [['', memory.heapUsed]]),
    family('nodejs_external_memory_bytes', 'gauge', 'Memory outside the heap of the gateway process.', [['', memory.external]]),
    family('nodejs_eventloop_delay_seconds', 'gauge', 'Delay of the event loop since the last reading.', lagSamples),
    family('process_uptime_seconds', 'gauge', 'Time since the start.', [['', process.uptime()]]),
  ];
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${samples.map((sample) => line(name, sample)).join('')}`;
}

function histogram(
  name: string,
  help: string,
  buckets: readonly Sample[],
  totals: { readonly count: number; readonly seconds: number },
): string {
  return [
    `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`,
    ...[...buckets, ['le="+Inf"', totals.count] as const].map((sample) => line(`${name}_bucket`, sample)),
    line(`${name}_sum`, ['', totals.seconds]),
    line(`${name}_count`, ['', totals.count]),
  ].join('');
}

function line(name: string, [labels, value]: Sample): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${String(value)}\n`;
}
