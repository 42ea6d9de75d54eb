import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assert } from '../../spi/index.ts';
import { compileSources, SOURCE_ROOT } from '../support/compile-sources.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { splitStatements } from '../../sql/lex/split-statements.ts';

const MAIN = join(compileSources(), 'dist/cli/main.js');

/** Commands that install, build or test the project itself; the run of all checks calls them. */
const PROJECT_COMMANDS = /^(npm (ci|test|run|pack)\b.*|npm ci && npm run demo\b.*)$/;

interface Snippet {
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

function snippetsOf(file: string): Snippet[] {
  const found: Snippet[] = [];
  const lines = readFileSync(join(SOURCE_ROOT, file), 'utf8').split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const language = /^```(\w+)$/.exec(lines[index] ?? '')?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf('```', index + 1);
    found.push({ place: `${file}:${String(index + 1)}`, language, text: lines.slice(index + 1, end).join('\n') });
    index = end;
  }
  return found;
}

const pages = readdirSync(join(SOURCE_ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => join('docs', name))
  .sort();
const snippets = [...pages, 'README.md', 'CONTRIBUTING.md'].flatMap(snippetsOf);

let folder: string;
let server: ServerProcess;
/** What the demo wrote. */
let demo: string;

/** A folder where a user would stand: the demo's tables are loaded and a server runs, and `trivium` is on the path. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-snippets-'));
  mkdirSync(join(folder, 'bin'));
  shim('trivium', `exec "${process.execPath}" "${MAIN}" "$@"`);
  const kit = join(dirname(MAIN), '../tck/main.js');
  shim(
    'npx',
    `program=$1; shift; case $program in engine-tck) set -- "${kit}" "$@";; *) set -- "${MAIN}" "$@";; esac; exec "${process.execPath}" "$@"`,
  );
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(dirname(dirname(dirname(MAIN))), join(folder, 'node_modules/trivium'));
  const airports = fileURLToPath(new URL('../data/airports.csv', import.meta.resolve('vega-datasets')));
  copyFileSync(airports, join(folder, 'airports.csv'));
  demo = execFileSync(process.execPath, [MAIN, 'demo', '--once'], { cwd: folder, env: environment(), encoding: 'utf8' });
  mkdirSync(join(folder, 'backup'));
  leaveForeignTable();
  writeFileSync(join(folder, 'dump.sql'), 'CREATE TABLE `old` (`id` int);\nINSERT INTO `old` VALUES (1),(2);\n');
  server = await startServerProcess({
    dataDirectory: join(folder, 'trivium-data'),
    settings: [`files.allowedDirectories=${folder}`],
  });
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Another warehouse leaves a table in the folder, with its metadata where other programs have it, and a folder with a plain Parquet file. */
function leaveForeignTable(): void {
  const statements =
    "CREATE TABLE orders (id bigint); INSERT INTO orders VALUES (1); CREATE TABLE visits (id bigint, page varchar); INSERT INTO visits VALUES (9, 'z')";
  execFileSync(process.execPath, [MAIN, 'sql', '--data', 'other', statements], { cwd: folder, env: environment() });
  const tables = join(folder, 'other/warehouse/tables');
  const files = readdirSync(tables, { recursive: true, encoding: 'utf8' }).sort();
  const take = (ending: string, table: string, to: string): void => {
    const file = files.filter((name) => name.endsWith(ending) && name.includes(table)).at(-1);
    assert(file !== undefined, `the other warehouse has a ${ending} of ${table}`);
    mkdirSync(dirname(join(folder, to)), { recursive: true });
    copyFileSync(join(tables, file), join(folder, to));
  };
  take('.metadata.json', 'orders', 'orders/metadata/v7.metadata.json');
  take('.parquet', 'visits', 'visits/part.parquet');
}

function shim(name: string, text: string): void {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: folder, TMPDIR: tmpdir() };
}

/** The documents speak of the default port and of a folder `/allowed`; the server under test has others. */
const here = (text: string): string =>
  text.replaceAll(/(http:\/\/)?(127\.0\.0\.1|localhost):8080/g, server.url).replaceAll("'/allowed/", `'${folder}/`);

function runShell(text: string): { status: number | null; output: string } {
  const env = { ...environment(), TOKEN: server.token };
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', here(text)], { cwd: folder, env, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

async function runSql(sql: string): Promise<{ status: number; text: string }> {
  const response = await server.sql(here(sql));
  return { status: response.status, text: await response.text() };
}

describe('the demo', () => {
  it('answers questions, runs a job, keeps a view fresh and compares the engines, in lines that fit', () => {
    expect(demo).toContain('Loaded 3,000,000 rows into main.flights');
    expect(demo).toMatch(/^2 +finished +batch +19,497 /m);
    expect(demo).toMatch(/^18:00 to 24:00 +4,245 +24 +23$/m);
    expect(demo).toContain('All 24 hours are what engine');
    expect(demo).toContain('1 row in departures_by_hour_late');
    expect(demo).toContain('The three answers are equal, all 228 rows.');
    expect(demo).toMatch(/^stream +ENGINE_UNSUPPORTED$/m);
    expect(demo.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

describe('snippets of the documents', () => {
  it('are found', () => {
    expect(snippets.filter(({ language }) => language === 'sh').length).toBeGreaterThan(3);
  });

  for (const { place, language, text } of snippets) {
    if (language === 'sh') {
      const commands = text
        .replaceAll(/\s+#.*$/gm, '')
        .split('\n')
        .filter(Boolean);
      if (commands.every((command) => PROJECT_COMMANDS.test(command))) continue;
      it(`${place}: the commands succeed, and none answers with an error`, () => {
        const { status, output } = runShell(text);
        expect(output).not.toContain('urn:trivium:error');
        expect(status, output).toBe(0);
      });
    }
    if (language === 'sql') {
      it(`${place}: the statements run`, async () => {
        for (const sql of splitStatements(text)) {
          const { status, text: answer } = await runSql(sql);
          expect(status, `${sql}\n${answer}`).toBe(200);
        }
      });
    }
    if (language === 'js') {
      it(`${place}: the program ends well`, () => {
        writeFileSync(join(folder, 'snippet.mjs'), here(text));
        const { status, output } = runShell('node snippet.mjs');
        expect(status, output).toBe(0);
        expect(output).not.toBe('');
      });
    }
    if (language === 'json') {
      it(`${place}: is JSON`, () => {
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      });
    }
  }

  it('docs/configuration.md: the example is a valid configuration', () => {
    const example = snippets.find(({ place, language }) => place.startsWith('docs/configuration.md') && language === 'yaml');
    assert(example !== undefined, 'the page has an example');
    writeFileSync(join(folder, 'example.yaml'), example.text);
    expect(runShell('trivium config check --config example.yaml')).toMatchObject({ status: 0 });
  });
});
