import type { ServerResponse } from 'node:http';
import type { EngineTraces, TraceEvent } from '../engine/trace/engine-traces.ts';
import { redactEvent } from '../engine/trace/redact-event.ts';

/** Media type of a stream of JSON values, one a line. */
const MEDIA_TYPE = 'application/x-ndjson; charset=utf-8';

/** Bytes that a slow reader may leave; what comes beyond is left out and counted. */
const BACKLOG_BYTES_MAX = 8 * 2 ** 20;

/** Units: milliseconds between two looks at whether the server stops; an empty line then tells that the connection lives. */
const LOOK_EVERY_MS = 1000;

/** Sends what is said between the host and the engines of a name, one message a line, until the reader leaves or the server stops.
 *  Values of rows are left out unless they are asked for. */
export async function sendEngineTrace(
  response: ServerResponse,
  headers: Readonly<Record<string, string | number | string[]>>,
  traces: EngineTraces,
  { engine, values }: { readonly engine: string; readonly values: boolean },
  isOpen: () => boolean,
): Promise<void> {
  let dropped = 0;
  const send = (event: TraceEvent): void => {
    if (response.writableLength > BACKLOG_BYTES_MAX) {
      dropped += 1;
      return;
    }
    if (dropped > 0) response.write(`${JSON.stringify({ dropped })}\n`);
    dropped = 0;
    response.write(`${JSON.stringify(values ? event : redactEvent(event))}\n`);
  };
  response.writeHead(200, { ...headers, 'content-type': MEDIA_TYPE });
  // The reader knows by the first line that what is said from now on comes.
  response.write('\n');
  const leave = traces.follow(engine, send);
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!isOpen()) resolve();
      else response.write('\n');
    }, LOOK_EVERY_MS);
    response.once('close', resolve);
    response.once('close', () => {
      clearInterval(timer);
    });
  });
  leave();
  response.end();
}
