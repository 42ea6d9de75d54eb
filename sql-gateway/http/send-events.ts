import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownHeaders } from './own-headers.ts';
import type { HttpExchange } from './route.ts';

/** Media type of a stream of events. @see HTML Living Standard, "Server-sent events" */
const EVENT_STREAM_MEDIA_TYPE = 'text/event-stream';

/** Units: milliseconds between two looks at what is followed. */
const LOOK_EVERY_MS = 200;

/** Units: milliseconds of silence after which a comment is sent, so that nobody between takes the connection for dead. */
const HEARTBEAT_MS = 10_000;

/** Something whose life is followed. */
export interface Followed<Info> {
  /** Returns what is known at this moment; null when it is gone. */
  look(): Promise<Info | null>;
  hasEnded(info: Info): boolean;
  /** Throws when nothing is to be expected any more, because the server stops. */
  checkOpen(): void;
}

/** Returns whether a request asks to follow what it names. */
export function asksForEvents({ request }: HttpExchange): boolean {
  return request.headers.accept?.toLowerCase().includes(EVENT_STREAM_MEDIA_TYPE) === true;
}

/** Answers with what is known as `progress` events, one for each change, until the end: that is told by an `end` event.
 *  Stops without one when what is followed is gone, or the server stops; a client that wants to know more asks again. */
export async function sendEvents<Info>({ reply }: HttpExchange, followed: Followed<Info>): Promise<undefined> {
  const headers = { ...ownHeaders(reply), 'content-type': `${EVENT_STREAM_MEDIA_TYPE}; charset=utf-8` };
  reply.hijack();
  reply.raw.writeHead(200, headers);
  await writeEvents(reply.raw, followed);
  return undefined;
}

async function writeEvents<Info>(response: ServerResponse, followed: Followed<Info>): Promise<void> {
  const closed = new AbortController();
  response.once('close', () => {
    closed.abort();
  });
  const send = async (text: string): Promise<void> => {
    if (!response.write(text)) await once(response, 'drain', { signal: closed.signal });
  };
  let sent = '';
  let sentAtMs = Date.now();
  try {
    while (isOpen(followed) && !closed.signal.aborted) {
      const info = await followed.look();
      if (info === null) break;
      const data = JSON.stringify(info);
      if (data !== sent) await send(`event: progress\ndata: ${data}\n\n`);
      else if (Date.now() - sentAtMs >= HEARTBEAT_MS) await send(': still there\n\n');
      if (data !== sent || Date.now() - sentAtMs >= HEARTBEAT_MS) sentAtMs = Date.now();
      sent = data;
      if (followed.hasEnded(info)) {
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

function isOpen({ checkOpen }: Pick<Followed<unknown>, 'checkOpen'>): boolean {
  try {
    checkOpen();
    return true;
  } catch {
    // A server that stops takes nothing new; what it runs does not move any more.
    return false;
  }
}
