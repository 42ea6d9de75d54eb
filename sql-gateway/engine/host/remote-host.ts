import type { EngineHost, Logger, ScanPlan, TableSource } from '../../../spi/index.ts';
import type { Channel, Json } from '../../../runtime/process/index.ts';
import { HOST_METHODS, LOG_LEVELS, type LogMessage, type StartMessage } from './host-message.ts';
import { LineBudget } from './line-budget.ts';

/** Frames of tables under way. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** Units: log lines in a second that are sent to the server. */
const LINES_PER_SECOND = 100;

/** Units: UTF-16 units of a log line's message, and of its fields as JSON. */
const TEXT_LENGTH_MAX = 8192;

/** Returns what an engine gets from outside, fetched from the server over the channel. */
export function remoteHost(channel: Channel, { spoolDirectory, dataDirectory }: StartMessage): EngineHost {
  return { tables: remoteTables(channel), log: remoteLog(channel), spoolDirectory, dataDirectory };
}

function remoteTables(channel: Channel): TableSource {
  return {
    plan: async (request) => (await channel.call(HOST_METHODS.plan, request as unknown as Json)) as unknown as ScanPlan,
    read: (split, columns, signal) => {
      const open = (): AsyncIterable<Uint8Array> =>
        channel.open(HOST_METHODS.read, { split, columns } as unknown as Json, { signal, windowBytes: WINDOW_BYTES }).frames;
      return { [Symbol.asyncIterator]: () => open()[Symbol.asyncIterator]() };
    },
  };
}

/** Lines beyond the rate are left out before they are made: the flood of a plugin stays in its process. */
function remoteLog(channel: Channel): Logger {
  const send = (line: LogMessage): void => {
    channel.call(HOST_METHODS.log, line as unknown as Json).catch(() => {
      // The channel is gone, and with it whoever would have read the line.
    });
  };
  const budget = new LineBudget(LINES_PER_SECOND, (lines) => {
    send({ level: 'warn', fields: { lines }, message: 'log lines were left out: too many in a second' });
  });
  const write = (level: LogMessage['level']): Logger['info'] => {
    return (fields, message) => {
      if (budget.take()) send({ level, fields: plainFields(fields), message: message.slice(0, TEXT_LENGTH_MAX) });
    };
  };
  const [debug, info, warn, error] = LOG_LEVELS.map(write) as [Logger['info'], Logger['info'], Logger['info'], Logger['info']];
  return { debug, info, warn, error };
}

function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const text = JSON.stringify(fields);
    if (text.length > TEXT_LENGTH_MAX) return { fields: text.slice(0, TEXT_LENGTH_MAX) };
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return { fields: 'not JSON' };
  }
}
