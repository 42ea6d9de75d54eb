import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import type { ServerProcess } from '../../test/support/server-process.ts';

/** What was read of an answer. */
export interface ReadAnswer {
  readonly queryId: string;
  readonly bytes: number;
  /** The last bytes, up to 16. */
  readonly tail: Buffer;
  /** The whole body, when it is small. */
  readonly text: string;
}

/** How an answer is read. */
export interface ReadOptions {
  readonly accept: string;
  readonly timeoutMs?: number;
  /** False when no stored result may answer. Default true. */
  readonly cached?: boolean;
  /** Reads no faster than this. */
  readonly bytesPerSecondMax?: number;
}

/** A client that keeps its one connection, as drivers do, and puts little on top of Node's own HTTP. */
export interface BenchClient {
  run(sql: string, options: ReadOptions): Promise<ReadAnswer>;
  /** Sends a body in pieces, with a pause after each. */
  upload(path: string, contentType: string, pieces: readonly string[], pauseMs: number): Promise<string>;
  close(): void;
}

/** Units: bytes of an answer that are kept as text. */
const TEXT_BYTES_MAX = 64 * 1024;

/** Opens a client of the server. */
export function openBenchClient({ port, token }: ServerProcess): BenchClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const common = { host: '127.0.0.1', port, agent, method: 'POST' };
  return {
    run: async (sql, options) => {
      const body = JSON.stringify({
        sql,
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
        ...(options.cached === false ? { session: { resultCache: 'off' } } : {}),
      });
      const headers = {
        authorization: `Bearer ${token}`,
        accept: options.accept,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        request({ ...common, path: '/v1/sql', headers }, resolve)
          .on('error', reject)
          .end(body);
      });
      const answer = await readAnswer(response, options.bytesPerSecondMax ?? Infinity);
      if (response.statusCode !== 200) throw new PlatformError('ENGINE_FAILED', `${sql.slice(0, 100)}: ${answer.text}`);
      return answer;
    },
    upload: async (path, contentType, pieces, pauseMs) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType, 'transfer-encoding': 'chunked' };
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const sending = request({ ...common, path, headers }, resolve).on('error', reject);
        void sendPieces(sending, pieces, pauseMs);
      });
      const { text } = await readAnswer(response, Infinity);
      if (response.statusCode !== 200) throw new PlatformError('ENGINE_FAILED', `upload: ${text}`);
      return text;
    },
    close: () => {
      agent.destroy();
    },
  };
}

async function sendPieces(sending: ReturnType<typeof request>, pieces: readonly string[], pauseMs: number): Promise<void> {
  for (const piece of pieces) {
    sending.write(piece);
    await sleep(pauseMs);
  }
  sending.end();
}

async function readAnswer(response: IncomingMessage, bytesPerSecondMax: number): Promise<ReadAnswer> {
  const startedMs = performance.now();
  const kept: Buffer[] = [];
  let bytes = 0;
  let tail = Buffer.alloc(0);
  await new Promise<void>((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes <= TEXT_BYTES_MAX) kept.push(chunk);
      tail = Buffer.concat([tail, chunk.subarray(-16)]).subarray(-16);
      const aheadMs = (bytes / bytesPerSecondMax) * 1000 - (performance.now() - startedMs);
      if (aheadMs < 1) return;
      response.pause();
      setTimeout(() => response.resume(), aheadMs);
    });
    response.on('end', resolve);
    response.on('error', reject);
    response.on('aborted', () => {
      reject(new PlatformError('ENGINE_LOST', 'the answer broke off'));
    });
  });
  return { queryId: String(response.headers['trivium-query-id']), bytes, tail, text: Buffer.concat(kept).toString() };
}
