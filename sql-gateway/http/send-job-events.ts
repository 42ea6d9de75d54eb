import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobInfo } from '../job/job-info.ts';
import { hasEnded } from '../job/job-progress.ts';

/** Media type of a stream of events. @see HTML Living Standard, "Server-sent events" */
export const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';

/** Units: milliseconds between two looks at the job. */
const LOOK_EVERY_MS = 200;

/** Units: milliseconds of silence after which a comment is sent, so that nobody between takes the connection for dead. */
const HEARTBEAT_MS = 10_000;

/** Sends what is known about a job as `progress` events, one for each change, until it has ended: that is told by an `end` event.
 *  Stops without one when the job is gone, or `isOpen` turns false; a client that wants to know more asks again. */
export async function sendJobEvents(
  response: ServerResponse,
  headers: Readonly<Record<string, string | number | string[]>>,
  look: () => Promise<JobInfo | null>,
  isOpen: () => boolean,
): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort();
  });
  const send = async (text: string): Promise<void> => {
    if (!response.write(text)) await once(response, 'drain', { signal: closed.signal });
  };
  response.writeHead(200, { ...headers, 'content-type': `${EVENT_STREAM_MEDIA_TYPE}; charset=utf-8` });
  let sent = '';
  let sentAtMs = Date.now();
  try {
    while (isOpen() && !closed.signal.aborted) {
      const info = await look();
      if (info === null) break;
      const data = JSON.stringify(info);
      if (data !== sent) await send(`event: progress\ndata: ${data}\n\n`);
      else if (Date.now() - sentAtMs >= HEARTBEAT_MS) await send(': still there\n\n');
      if (data !== sent || Date.now() - sentAtMs >= HEARTBEAT_MS) sentAtMs = Date.now();
      sent = data;
      if (hasEnded(info)) {
        await send(`event: end\ndata: ${data}\n\n`);
        break;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: closed.signal });
    }
    response.end();
  } catch {
    // The headers are sent, so that a broken connection is all that can be told; a client that went away needs nothing.
    response.destroy();
  }
}
