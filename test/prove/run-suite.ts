import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineFacts, softwareVersions } from '../../bench/machine.ts';
import { formatChecks } from './format-checks.ts';
import type { Check, Proof, ProofOptions, RegisteredProof } from './proof.ts';

/** What is run, and how it was asked for. */
export interface SuiteOptions {
  /** Shown in messages. */
  readonly command: string;
  readonly registry: readonly RegisteredProof[];
  /** Words of the command line. */
  readonly words: readonly string[];
  /** Where results are written, each as `<prefix><name>.json`. */
  readonly results: { readonly folder: URL; readonly prefix: string };
  /** Takes what is shown to people. */
  readonly log: (line: string) => void;
}

const DEFAULT_SEED = 1;

/** Runs what the command line names, prints a table and writes a file for each.
 *  Returns the exit status: 0 when every check passes, 1 when one fails, 2 for a command line that is not understood. */
export async function runSuite(suite: SuiteOptions): Promise<number> {
  const asked = parseWords(suite);
  if (asked === null) {
    suite.log(
      `Usage: ${suite.command} -- <name>... [--quick] [--only PART] [--seed N], or --list. Names: ${suite.registry.map(({ name }) => name).join(', ')}`,
    );
    return 2;
  }
  if (asked.list) {
    await listSuite(suite);
    return 0;
  }
  const proofs = await Promise.all(asked.chosen.map((entry) => entry.load()));
  const { only } = asked.options;
  const whole = only === undefined ? undefined : proofs.find(({ parts = [] }) => !parts.includes(only));
  if (whole !== undefined) {
    suite.log(`${whole.name} has no part "${String(only)}". Its parts: ${(whole.parts ?? []).join(', ') || 'none'}`);
    return 2;
  }
  let status = 0;
  for (const proof of proofs) {
    if (!(await runOne(suite, proof, asked.options))) status = 1;
  }
  return status;
}

interface Asked {
  readonly list: boolean;
  readonly chosen: readonly RegisteredProof[];
  readonly options: ProofOptions;
}

function parseWords(suite: SuiteOptions): Asked | null {
  const { values, positionals } = parseArgs({
    args: [...suite.words],
    allowPositionals: true,
    strict: false,
    options: { list: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' }, seed: { type: 'string' } },
  });
  const chosen = suite.registry.filter(({ name }) => positionals.includes(name));
  const seed = Number(values['seed'] ?? DEFAULT_SEED);
  const list = values['list'] === true;
  const unknown =
    Object.keys(values).some((option) => !['list', 'quick', 'only', 'seed'].includes(option)) || chosen.length < new Set(positionals).size;
  if (unknown || !Number.isSafeInteger(seed) || (!list && chosen.length === 0)) return null;
  const only = values['only'];
  const part = only === undefined ? {} : { only: String(only) };
  return { list, chosen, options: { quick: values['quick'] === true, seed, ...part, log: suite.log } };
}

async function listSuite(suite: SuiteOptions): Promise<void> {
  const width = Math.max(...suite.registry.map(({ name }) => name.length));
  for (const entry of suite.registry) {
    const { name, summary, needs = [], parts = [] } = await entry.load();
    const notes = [needs.length > 0 ? ` (needs ${needs.join(', ')})` : '', parts.length > 0 ? ` (parts: ${parts.join(', ')})` : ''];
    suite.log(`${name.padEnd(width)}  ${summary}${notes.join('')}`);
  }
}

async function runOne(suite: SuiteOptions, proof: Proof, options: ProofOptions): Promise<boolean> {
  const startedAt = new Date();
  const part = options.only === undefined ? '' : `-${options.only}`;
  suite.log(`${proof.name}${part}${options.quick ? ' --quick' : ''} --seed ${options.seed}: ${proof.summary}`);
  const checks = await checksOf(proof, options);
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const failed = checks.filter((check) => !check.pass).length;
  suite.log(formatChecks(checks));
  suite.log(`${proof.name}${part}: ${checks.length - failed} of ${checks.length} checks pass, ${seconds.toFixed(1)} s`);
  const result = {
    name: `${proof.name}${part}`,
    mode: { quick: options.quick, seed: options.seed },
    machine: machineFacts(),
    versions: softwareVersions(),
    startedAt: startedAt.toISOString(),
    checks,
  };
  mkdirSync(suite.results.folder, { recursive: true });
  writeFileSync(new URL(`${suite.results.prefix}${result.name}.json`, suite.results.folder), `${JSON.stringify(result, null, 2)}\n`);
  return failed === 0;
}

async function checksOf(proof: Proof, options: ProofOptions): Promise<Check[]> {
  const missing = (proof.needs ?? []).filter((need) => !isThere(need));
  if (missing.length > 0) {
    return [
      {
        id: 'needs',
        value: 'not run',
        unit: '',
        target: (proof.needs ?? []).join(', '),
        pass: false,
        note: `missing: ${missing.join(', ')}`,
      },
    ];
  }
  try {
    const checks = await proof.run(options);
    if (checks.length > 0) return checks;
    return [{ id: 'completed', value: false, unit: '', target: 'at least one check', pass: false }];
  } catch (error) {
    options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return [{ id: 'completed', value: false, unit: '', target: 'runs to its end', pass: false, note: String(error) }];
  }
}

function isThere(need: string): boolean {
  if (need === 'linux') return process.platform === 'linux';
  if (need === 'root') return process.getuid?.() === 0;
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, need)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: the search goes on.
    return false;
  }
}
