import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineFacts, softwareVersions } from '../../bench/machine.ts';
import { formatChecks } from './format-checks.ts';
import type { Check, Proof, ProofOptions, RegisteredProof } from './proof.ts';

/** What differs between proofs and benchmarks. */
export interface SuiteOptions {
  /** Shown in messages. */
  readonly command: string;
  readonly registry: readonly RegisteredProof[];
  /** Stands before the name in the result's file name. */
  readonly resultPrefix: string;
}

const RESULTS = new URL('../../bench/results/', import.meta.url);
const DEFAULT_SEED = 1;

/** Runs what the command line names: prints a table, writes `bench/results/<prefix><name>.json`, and sets the exit status: 1 when a check fails, 2 for a wrong command line. */
export async function runSuite(suite: SuiteOptions): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { list: { type: 'boolean' }, quick: { type: 'boolean' }, seed: { type: 'string' } },
  });
  if (values.list === true) {
    await listSuite(suite);
    return;
  }
  const chosen = positionals.map((name) => suite.registry.find((entry) => entry.name === name));
  const seed = Number(values.seed ?? DEFAULT_SEED);
  if (chosen.length === 0 || chosen.includes(undefined) || !Number.isSafeInteger(seed)) {
    console.error(
      `Usage: ${suite.command} -- <name>... [--quick] [--seed N], or --list. Names: ${suite.registry.map(({ name }) => name).join(', ')}`,
    );
    process.exitCode = 2;
    return;
  }
  const options: ProofOptions = {
    quick: values.quick === true,
    seed,
    log: (line) => {
      console.log(line);
    },
  };
  for (const entry of chosen) {
    if (entry !== undefined && !(await runOne(suite, await entry.load(), options))) process.exitCode = 1;
  }
}

async function listSuite(suite: SuiteOptions): Promise<void> {
  const width = Math.max(...suite.registry.map(({ name }) => name.length));
  for (const entry of suite.registry) {
    const { name, summary, needs = [] } = await entry.load();
    console.log(`${name.padEnd(width)}  ${summary}${needs.length > 0 ? ` (needs ${needs.join(', ')})` : ''}`);
  }
}

async function runOne(suite: SuiteOptions, proof: Proof, options: ProofOptions): Promise<boolean> {
  const startedAt = new Date();
  console.log(`${proof.name}${options.quick ? ' --quick' : ''} --seed ${options.seed}: ${proof.summary}`);
  const checks = await checksOf(proof, options);
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const failed = checks.filter((check) => !check.pass).length;
  console.log(formatChecks(checks));
  console.log(`${proof.name}: ${checks.length - failed} of ${checks.length} checks pass, ${seconds.toFixed(1)} s`);
  const result = {
    name: proof.name,
    mode: { quick: options.quick, seed: options.seed },
    machine: machineFacts(),
    versions: softwareVersions(),
    startedAt: startedAt.toISOString(),
    checks,
  };
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(new URL(`${suite.resultPrefix}${proof.name}.json`, RESULTS), `${JSON.stringify(result, null, 2)}\n`);
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
    console.error(error);
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
