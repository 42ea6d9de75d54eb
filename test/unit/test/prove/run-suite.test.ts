import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Check, Proof } from '../../../prove/proof.ts';
import { runSuite } from '../../../prove/run-suite.ts';

const check = (pass: boolean): Check => ({ id: 'rows', value: 3, unit: 'rows', target: '3', pass, note: 'of three tables' });

const registry = [
  proofOf({ name: 'right', run: async () => [check(true)] }),
  proofOf({ name: 'wrong', run: async () => [check(true), check(false)] }),
  proofOf({ name: 'empty', run: async () => [] }),
  proofOf({ name: 'broken', run: () => Promise.reject(new TypeError('no such table')) }),
  proofOf({ name: 'needy', needs: ['a-program-that-nobody-has'], run: async () => [check(true)] }),
  proofOf({ name: 'parted', parts: ['first', 'second'], run: async ({ only = 'all' }) => [{ ...check(true), value: only }] }),
  proofOf({ name: 'curious', run: async ({ quick, seed }) => [{ ...check(true), value: `${quick} ${seed}` }] }),
];

function proofOf(proof: Omit<Proof, 'summary'>): { name: string; load: () => Promise<Proof> } {
  return { name: proof.name, load: async () => ({ summary: `the proof ${proof.name}`, ...proof }) };
}

async function run(...words: string[]): Promise<{ status: number; lines: string[]; result: (name: string) => { checks: Check[] } }> {
  const folder = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'trivium-suite-'))}/`);
  const lines: string[] = [];
  const status = await runSuite({
    command: 'npm run prove',
    registry,
    words,
    results: { folder, prefix: 'prove-' },
    log: (line) => lines.push(line),
  });
  return {
    status,
    lines,
    result: (name) => JSON.parse(readFileSync(new URL(`prove-${name}.json`, folder), 'utf8')) as { checks: Check[] },
  };
}

describe('a run of proofs', () => {
  test('succeeds when all checks pass, and leaves a file with what was measured where', async () => {
    const { status, lines, result } = await run('right');
    expect(status).toBe(0);
    expect(lines.join('\n')).toContain('1 of 1 checks pass');
    expect(Object.keys(result('right'))).toEqual(['name', 'mode', 'machine', 'versions', 'startedAt', 'checks']);
    expect(result('right').checks).toEqual([check(true)]);
  });

  test.each(['wrong', 'empty', 'broken', 'needy'])('fails for the proof %s, and says so in its file', async (name) => {
    const { status, result } = await run(name);
    expect(status).toBe(1);
    expect(result(name).checks.some(({ pass }) => !pass)).toBe(true);
  });

  test('fails when one of several fails', async () => {
    expect((await run('right', 'wrong')).status).toBe(1);
  });

  test('hands on how it was asked for', async () => {
    expect((await run('curious', '--quick', '--seed', '7')).result('curious').checks[0]?.value).toBe('true 7');
    expect((await run('curious')).result('curious').checks[0]?.value).toBe('false 1');
  });

  test('runs one part of a proof, and keeps its results apart', async () => {
    expect((await run('parted', '--only', 'second')).result('parted-second').checks[0]?.value).toBe('second');
    expect((await run('parted')).result('parted').checks[0]?.value).toBe('all');
  });

  test('lists the proofs with one line each', async () => {
    const { status, lines } = await run('--list');
    expect(status).toBe(0);
    expect(lines).toHaveLength(registry.length);
    expect(lines.find((line) => line.startsWith('needy'))).toContain('needs a-program-that-nobody-has');
    expect(lines.find((line) => line.startsWith('parted'))).toContain('parts: first, second');
  });

  test.each([
    [[]],
    [['nothing']],
    [['right', 'nothing']],
    [['right', '--fast']],
    [['right', '--seed', 'x']],
    [['parted', '--only', 'third']],
    [['right', '--only', 'first']],
    [['parted', 'right', '--only', 'first']],
  ])('is refused for the words %j', async (words) => {
    expect((await run(...words)).status).toBe(2);
  });
});
