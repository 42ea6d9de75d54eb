import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../../spi/index.ts';

/** A script that answers requests one after the other until it is closed. */
export interface ReaderProcess {
  /** Returns the script's answer to a request.
   *  @throws CONFIG_INVALID with what the script tells when it cannot answer, or has ended */
  ask<Answer>(request: { readonly do: string } & Readonly<Record<string, unknown>>): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts a script of this folder that keeps to the protocol of `serve.py`: a line of JSON for each request, and one for its answer. */
export function startReaderProcess(python: string, script: string, words: readonly string[] = []): ReaderProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, ['-W', 'ignore', path, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (text: Buffer) => {
    complaints = (complaints + text.toString()).slice(-4000);
  });
  const waiting: { resolve: (answer: never) => void; reject: (error: unknown) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { answer, failure } = JSON.parse(line) as { answer?: never; failure?: string };
    const asked = waiting.shift();
    if (failure !== undefined) asked?.reject(new PlatformError('CONFIG_INVALID', failure));
    else asked?.resolve(answer as never);
  });
  let ended: PlatformError | null = null;
  const closed = once(child, 'close').then(([status]) => {
    ended = new PlatformError('CONFIG_INVALID', `${script} ended with status ${String(status)}: ${complaints}`);
    for (const { reject } of waiting.splice(0)) reject(ended);
  });
  // What is still written to a script that has ended is told of by its end.
  child.stdin.on('error', () => undefined);
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        waiting.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(request)}\n`);
      }),
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}
