import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import type { KitReport } from '../../tck/index.ts';
import { compileSources } from '../support/compile-sources.ts';
import type { Check, Proof, ProofOptions } from './proof.ts';

/** Engines of this repository, with small pools: the kit asks for one thing at a time. */
const ENGINES = {
  batch: { executors: 2 },
  olap: { spares: 1, processesMax: 2 },
  stream: { spares: 1, processesMax: 2 },
} as const;

type EngineName = keyof typeof ENGINES;

const NAMES = Object.keys(ENGINES) as readonly EngineName[];

/** Whether our own engines keep what they declare, by the kit that authors of engines get. */
export const proof: Proof = {
  name: 'engines-tck',
  summary: 'engine-tck, all three levels, over olap, batch and stream; without --quick also results of three million rows',
  needs: ['linux'],
  parts: NAMES,
  run: async ({ only, ...options }) => {
    const names = NAMES.filter((name) => only === undefined || name === only);
    // Side by side in short, where waits for processes weigh most; one after the other where their times are read.
    if (options.quick) return (await Promise.all(names.map((name) => proveEngine(name, options)))).flat();
    const checks: Check[] = [];
    for (const name of names) checks.push(...(await proveEngine(name, options)));
    return checks;
  },
};

async function proveEngine(name: EngineName, options: Omit<ProofOptions, 'only'>): Promise<readonly Check[]> {
  const { checks } = await runCommand(name, options);
  const passed = checks.filter(({ status }) => status === 'passed').length;
  options.log(`${name}: ${String(passed)} of ${String(checks.length)} checks pass`);
  return checks.map(({ id, status, cases, note, findings, elapsedMs }) => {
    const [finding] = findings;
    const seen = finding === undefined ? note : `${finding.where}: expected ${finding.expected}, seen ${finding.seen}`;
    const told = [`${String(cases)} cases`, `${(elapsedMs / 1000).toFixed(1)} s`, ...(seen === null ? [] : [seen])].join('; ');
    return {
      id: `${name}-${id}`,
      value: status === 'skipped' ? 'not declared' : status,
      unit: '',
      target: 'what is declared holds',
      pass: status !== 'failed',
      note: told,
    };
  });
}

/** Runs the command as authors do, in a process of its own. */
async function runCommand(name: EngineName, { quick, seed }: Omit<ProofOptions, 'only'>): Promise<KitReport> {
  const compiled = compileSources();
  const folder = mkdtempSync(join(tmpdir(), 'engines-tck-'));
  const report = join(folder, 'report.json');
  const words = [
    join(compiled, 'dist/tck/main.js'),
    join(compiled, 'dist/engines', name, 'index.js'),
    ...['--config', JSON.stringify(ENGINES[name]), '--seed', String(seed), '--json', report],
    ...(quick ? ['--quick'] : []),
  ];
  try {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    if (code !== 0 && code !== 1) {
      throw new PlatformError('INTERNAL_INVARIANT', `engine-tck over ${name} ended with ${String(code)}: ${output.slice(-2000)}`);
    }
    return JSON.parse(readFileSync(report, 'utf8')) as KitReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
