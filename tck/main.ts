#!/usr/bin/env node
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PlatformError } from '../spi/index.ts';
import {
  hasPassed,
  type KitOptions,
  type KitReport,
  type Level,
  printCheck,
  printHead,
  printSummary,
  renderHtml,
  runKit,
} from './index.ts';

const HELP = `Usage: engine-tck <module> [options]

Tells whether an engine keeps what it declares. <module> is a path (./plugin, a folder with a package.json or an
index.js) or the name of an installed package; its default export is an EnginePlugin.

  --level <1|2|3>     1 its shape, 2 also the truth of its answers, 3 also its conduct (default 3)
  --quick             fewer random plans, no large results
  --seed <number>     decides every random choice (default 1)
  --config <json>     the engine's configuration, such as '{"batchRows": 1000}'
  --only <id>         only checks whose id starts so, such as truth.types; may be repeated
  --json <file>       write the report as JSON
  --html <file>       write the report as a page
  --help              show this

Exit status: 0 when all that is declared holds, 1 when something does not, 2 for a command line that is not understood.
A failure says what was tried, what was expected, what was seen and where to read on (docs/spi/testing.md).
`;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  let asked: AskedRun | null;
  try {
    asked = readCommandLine(words);
  } catch (error) {
    process.stderr.write(`engine-tck: ${error instanceof Error ? error.message : String(error)}\nTry engine-tck --help.\n`);
    return 2;
  }
  if (asked === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const { options, json, html } = asked;
  const head = {
    engine: typeof options.module === 'string' ? options.module : options.module.name,
    version: '',
    level: options.level,
    quick: options.quick,
    seed: options.seed,
  };
  process.stdout.write(printHead(head));
  const shown = new Set<string>();
  const report = await runKit({
    ...options,
    onCheck: (check) => {
      shown.add(check.id);
      process.stdout.write(printCheck(check));
    },
  });
  for (const check of report.checks) if (!shown.has(check.id)) process.stdout.write(printCheck(check));
  process.stdout.write(printSummary(report));
  writeReports(report, json, html);
  return hasPassed(report) ? 0 : 1;
}

interface AskedRun {
  readonly options: KitOptions;
  readonly json: string | undefined;
  readonly html: string | undefined;
}

/** Returns what is asked for, null for help. */
function readCommandLine(words: readonly string[]): AskedRun | null {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      level: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      config: { type: 'string', default: '{}' },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      html: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || words.length === 0) return null;
  const [module, ...more] = positionals;
  if (module === undefined || more.length > 0) throw invalid('name one module');
  const level = Number(values.level);
  if (level !== 1 && level !== 2 && level !== 3) throw invalid(`--level is 1, 2 or 3, not '${values.level}'`);
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw invalid(`--seed is a whole number, not '${values.seed}'`);
  const config = JSON.parse(values.config) as Readonly<Record<string, unknown>>;
  const only = values.only === undefined ? {} : { only: values.only };
  return {
    options: { module: moduleOf(module), config, level: level satisfies Level, quick: values.quick, seed, ...only },
    json: values.json,
    html: values.html,
  };
}

/** A path becomes that of a file: folders are entered by the door that their package names. */
function moduleOf(given: string): string {
  if (!/^\.{0,2}\//.test(given) && !existsSync(given)) return given;
  const path = resolve(given);
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const door = ['index.js', 'index.mjs', 'index.ts'].map((name) => join(path, name)).find(existsSync);
  if (door === undefined) throw invalid(`the folder ${path} has no index.js; name the module's file`);
  return door;
}

function writeReports(report: KitReport, json: string | undefined, html: string | undefined): void {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (html !== undefined) writeFileSync(html, renderHtml(report));
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
