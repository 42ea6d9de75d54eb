import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRODUCT, ROOT } from './repository.ts';

/** What the rules file says; it is a CommonJS module because the tool wants one. */
const { forbidden } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as { forbidden: { name: string }[] };

/** One import for each rule that must forbid it. */
const FAULTS: Readonly<Record<string, readonly [importer: string, imported: string]>> = {
  'no-circle': ['sql/parse/one.ts', './two.ts'],
  'no-circle-of-values': ['spi/plan/one.ts', './two.ts'],
  'no-orphan-import': ['cli/orphan.ts', './nowhere.ts'],
  'no-dev-dependency': ['sql/parse/develop.ts', 'vitest'],
  'product-without-tests': ['sql/parse/tested.ts', '../../test/support/builder.ts'],
  'spi-alone': ['spi/up.ts', '../sql/parse/leaf.ts'],
  'spi-no-package': ['spi/package.ts', 'semver'],
  'spi-arrow-types-only': ['spi/arrow.ts', 'apache-arrow'],
  'runtime-leaf': ['runtime/process/sideways.ts', '../arrow/leaf.ts'],
  'duckdb-down': ['runtime/duckdb/sideways.ts', '../process/leaf.ts'],
  'sql-down': ['sql/parse/sideways.ts', '../../storage/leaf.ts'],
  'storage-down': ['storage/up.ts', '../sql-gateway/leaf.ts'],
  'engine-down': ['engines/stream/sideways.ts', '../olap/leaf.ts'],
  'engine-over-duckdb-down': ['engines/batch/sideways.ts', '../olap/leaf.ts'],
  'stream-own-answers': ['engines/stream/borrowed.ts', '../../runtime/duckdb/leaf.ts'],
  'gateway-down': ['sql-gateway/sideways.ts', '../storage/leaf.ts'],
  'engine-host-down': ['sql-gateway/engine/host/up.ts', '../../leaf.ts'],
  'example-like-a-plugin': ['examples/hello/up.ts', '../../runtime/process/leaf.ts'],
  'client-anywhere': ['client/up.ts', '../sql-gateway/leaf.ts'],
  'client-no-node': ['client/node.ts', 'node:fs'],
  'kit-down': ['tck/sideways.ts', '../engines/olap/leaf.ts'],
  'kit-above-all': ['sql-gateway/tested.ts', '../tck/leaf.ts'],
  'one-composition-root': ['engines/olap/up.ts', '../../cli/leaf.ts'],
};

const LEAVES = [
  'sql/parse/leaf.ts',
  'storage/leaf.ts',
  'sql-gateway/leaf.ts',
  'runtime/arrow/leaf.ts',
  'runtime/process/leaf.ts',
  'runtime/duckdb/leaf.ts',
  'engines/stream/leaf.ts',
  'engines/olap/leaf.ts',
  'cli/leaf.ts',
  'test/support/builder.ts',
];

let folder = '';

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Returns the names of the rules that a tree of sources breaks. */
function brokenRules(): string[] {
  const tool = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const report = execFileSync(process.execPath, [tool, '--config', config, '--output-type', 'json', ...PRODUCT], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const { summary } = JSON.parse(report) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name} in ${from}`);
}

beforeAll(() => {
  mkdirSync(join(ROOT, 'temp'), { recursive: true });
  folder = mkdtempSync(join(ROOT, 'temp', 'import-rules-'));
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(folder, file));
  for (const leaf of [...LEAVES, ...PRODUCT.map((top) => `${top}/leaf.ts`)]) put(leaf, 'export const leaf = 1;\n');
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the import rules', () => {
  test('have a fault for each of them here', () => {
    expect(Object.keys(FAULTS).sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });

  test('accept a tree without faults', () => {
    expect(brokenRules()).toEqual([]);
  });

  test('report each fault (mutants)', () => {
    for (const [importer, imported] of Object.values(FAULTS))
      put(importer, `import * as it from '${imported}';\nexport const here = it;\n`);
    put('sql/parse/two.ts', "import type * as it from './one.ts';\nexport type Here = typeof it;\n");
    put('spi/plan/two.ts', "import * as it from './one.ts';\nexport const there = it;\n");
    const broken = brokenRules();
    const unreported = Object.entries(FAULTS).filter(([rule, [importer]]) => !broken.includes(`${rule} in ${importer}`));
    expect(unreported.map(([rule]) => rule)).toEqual([]);
  });

  test('let data types that nest in each other name each other', () => {
    put('spi/plan/one.ts', "import type { Two } from './two.ts';\nexport type One = Two[];\n");
    put('spi/plan/two.ts', "import type { One } from './one.ts';\nexport interface Two { readonly one: One }\n");
    expect(brokenRules().filter((fault) => fault.includes('spi/plan/'))).toEqual([]);
  });
});
