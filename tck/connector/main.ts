#!/usr/bin/env node
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { PlatformError } from '../../spi/index.ts';
import { hasPassed, summaryOf } from '../report/report.ts';
import { printCheck } from '../report/print-report.ts';
import type { ConnectorFixture } from './connector-fixture.ts';
import { runConnectorKit } from './run-connector-kit.ts';

const HELP = `Usage: connector-tck <module> --fixture <module> [options]

Tells whether a connector keeps its contract. <module> is a path (./plugin, a folder with an index.js) or the name of an
installed package; its default export is a ConnectorPlugin. The default export of the fixture makes a database with the
kit's tables (docs/connectors.md). It may be left out where the plugin's folder has a connector-fixture.js.

  --fixture <module>  makes the database
  --only <id>         only checks whose id starts so, such as reads.conditions; may be repeated
  --json <file>       write the report as JSON
  --help              show this

Exit status: 0 when all holds, 1 when something does not, 2 for a command line that is not understood.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  let asked: AskedRun | null;
  try {
    asked = await readCommandLine(words);
  } catch (error) {
    process.stderr.write(`connector-tck: ${error instanceof Error ? error.message : String(error)}\nTry connector-tck --help.\n`);
    return 2;
  }
  if (asked === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = await runConnectorKit({
    ...asked,
    onCheck: (check) => {
      process.stdout.write(printCheck(check));
    },
  });
  process.stdout.write(`${summaryOf(report)}\n`);
  if (asked.json !== undefined) writeFileSync(asked.json, `${JSON.stringify(report, null, 2)}\n`);
  return hasPassed(report) ? 0 : 1;
}

interface AskedRun {
  readonly module: string;
  readonly fixture: ConnectorFixture;
  readonly only?: readonly string[];
  readonly json: string | undefined;
}

/** Returns what is asked for, null for help. */
async function readCommandLine(words: readonly string[]): Promise<AskedRun | null> {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      fixture: { type: 'string' },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help || words.length === 0) return null;
  const [module, ...more] = positionals;
  if (module === undefined || more.length > 0) throw invalid('name one module');
  const beside = values.fixture ?? fileIn(resolve(module), 'connector-fixture');
  if (beside === null) throw invalid('name the module that makes a database: --fixture');
  const { default: fixture } = (await import(pathToFileURL(resolve(beside)).href)) as { readonly default?: unknown };
  if (typeof fixture !== 'function') throw invalid(`the default export of ${beside} is no function`);
  const path = existsSync(module) && statSync(module).isDirectory() ? fileIn(resolve(module), 'index') : null;
  return {
    module: path ?? (existsSync(module) ? resolve(module) : module),
    fixture: fixture as ConnectorFixture,
    json: values.json,
    ...(values.only === undefined ? {} : { only: values.only }),
  };
}

function fileIn(folder: string, name: string): string | null {
  return ['js', 'mjs', 'ts'].map((end) => join(folder, `${name}.${end}`)).find((path) => existsSync(path)) ?? null;
}

function invalid(message: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', message);
}
