import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { createQueryRegistry, type QueryRecord } from '../../../../sql-gateway/query/query-registry.ts';
import type { StatementOutcome } from '../../../../sql-gateway/query/statement-request.ts';
import type { ResultEncoder } from '../../../../sql-gateway/result/result-encoder.ts';
import { ResultFile } from '../../../../sql-gateway/statement/result-file.ts';
import { createResultQuota } from '../../../../sql-gateway/result/result-quota.ts';
import { SubmittedStatement } from '../../../../sql-gateway/statement/submitted-statement.ts';

/** Results in the engine's own form need none. */
const NO_ENCODER = {} as ResultEncoder;

let folder: string;
let record: QueryRecord;
let statement: SubmittedStatement;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'submitted-statement-'));
  record = createQueryRegistry({ historyMax: 1, onEnd: () => undefined }).open('ada', 'SELECT 1');
  const room = createResultQuota({ resultBytesMax: 2 ** 20, spoolBytesMax: 2 ** 20 }).open();
  statement = new SubmittedStatement(record, 'arrow', new ResultFile(join(folder, 'result'), room, 10));
});

afterEach(async () => {
  await statement.file.remove();
  rmSync(folder, { recursive: true });
});

function answer(frames: AsyncIterable<Uint8Array>): StatementOutcome {
  return { columns: [], frames, engine: 'slow', snapshots: [], sessionChange: null, close: () => Promise.resolve() };
}

/** A frame of six bytes. */
const frame = (text: string): Uint8Array => Buffer.from(text.padEnd(6));

async function read(from: number, to: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const { bytes } of statement.file.read({ from, to })) pieces.push(bytes);
  return Buffer.concat(pieces).toString('latin1');
}

/** Frames that come one by one, as the test lets them. */
function pushed(): { readonly frames: AsyncIterable<Uint8Array>; push(text: string | null): void } {
  const waiting: (Uint8Array | null)[] = [];
  let wake = (): void => undefined;
  async function* take(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const next = waiting.shift();
      if (next === null || next === undefined) return;
      yield next;
    }
  }
  return {
    frames: take(),
    push: (text) => {
      waiting.push(text === null ? null : frame(text));
      wake();
    },
  };
}

const NEVER = new AbortController().signal;
const pageIsThere = (from: number) => (): boolean => statement.file.pageAt(from) !== null && statement.file.pageAt(from) !== undefined;

describe('a submitted statement', () => {
  it('wakes who waits for a page when it is whole, and for the last one at the end', async () => {
    const { frames, push } = pushed();
    const kept = statement.keep(answer(frames), NO_ENCODER);
    const first = statement.waitUntil(pageIsThere(0), 60_000, NEVER);
    for (const text of ['a', 'b', 'c']) push(text);
    await first;
    // Two frames fill a page of ten bytes, and the third tells that more comes.
    expect(statement.file.pageAt(0)).toEqual({ from: 0, to: 12, next: 12 });
    expect(statement.file.pageAt(12)).toBeNull();
    expect(statement.file.pageAt(6)).toBeUndefined();
    expect(await read(0, 12)).toBe('a     b     ');
    const last = statement.waitUntil(pageIsThere(12), 60_000, NEVER);
    push(null);
    await kept;
    statement.end(null, 1);
    await last;
    expect(statement.file.pageAt(12)).toEqual({ from: 12, to: 26, next: null });
    expect(statement.file.pageAt(0)).toEqual({ from: 0, to: 12, next: 12 });
  });

  it('writes nothing more of an engine that goes on after the statement was cancelled', async () => {
    const reason = new PlatformError('ENGINE_CANCELLED', 'enough');
    let given = 0;
    async function* deaf(): AsyncGenerator<Uint8Array> {
      for (;;) {
        given += 1;
        if (given === 3) record.cancel(reason);
        yield frame(String(given));
        if (given > 100) return;
      }
    }
    await expect(statement.keep(answer(deaf()), NO_ENCODER)).rejects.toBe(reason);
    expect(given).toBe(3);
    expect(statement.file.bytes).toBe(12);
  });

  it('ends a wait with its time or with who waits, and needs none when what is asked for is there', async () => {
    await statement.waitUntil(() => true, 60_000, NEVER);
    await statement.waitUntil(() => false, 1, NEVER);
    await statement.waitUntil(() => false, 60_000, AbortSignal.abort());
    const gone = new AbortController();
    const waiting = statement.waitUntil(() => false, 60_000, gone.signal);
    gone.abort();
    await waiting;
  });
});

describe('the file of a result', () => {
  it('is not there before its first piece nor after its removal, which gives its room back', async () => {
    const quota = createResultQuota({ resultBytesMax: 2 ** 20, spoolBytesMax: 2 ** 20 });
    const path = join(folder, 'other');
    const file = new ResultFile(path, quota.open(), 10);
    expect(existsSync(path)).toBe(false);
    await file.append(frame('a'));
    expect(existsSync(path)).toBe(true);
    await file.remove();
    await file.remove();
    expect(existsSync(path)).toBe(false);
    expect(quota.bytes).toBe(0);
  });

  it('has one empty page when the result has no bytes at all', async () => {
    await statement.file.complete();
    expect(statement.file.pageAt(0)).toEqual({ from: 0, to: 0, next: null });
    expect(await read(0, 0)).toBe('');
  });
});
