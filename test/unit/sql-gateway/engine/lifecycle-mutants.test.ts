import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { BoundQuery } from '../../../../spi/index.ts';
import { EngineFleet } from '../../../../sql-gateway/engine/engine-fleet.ts';
import { EngineInstaller } from '../../../../sql-gateway/engine/install/engine-installer.ts';
import { packFiles } from '../../../../sql-gateway/engine/install/pack-files.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { makeHelloPackage } from '../../../support/hello-package.ts';
import { createMemoryEngine } from '../../../support/memory-engine.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

/** The fleet and the installer, whole or with a guard taken out. */
interface Lifecycle {
  readonly EngineFleet: typeof EngineFleet;
  readonly EngineInstaller: typeof EngineInstaller;
}

const WHOLE: Lifecycle = { EngineFleet, EngineInstaller };

const QUERY = { plan: { output: [], root: { kind: 'values', columns: [], rows: [] } } } as unknown as BoundQuery;

const folder = mkdtempSync(join(tmpdir(), 'trivium-lifecycle-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function broken(file: string, from: string, to: string): Promise<Lifecycle> {
  const load = <Module>(entry: string): Promise<Module> => importMutant(entry, { folder: 'sql-gateway/engine', file, from, to });
  const fleet = await load<Pick<Lifecycle, 'EngineFleet'>>('engine-fleet.ts');
  const installer = await load<Pick<Lifecycle, 'EngineInstaller'>>('install/engine-installer.ts');
  return { ...fleet, ...installer };
}

/** Returns how many of 400 statements a canary of 25 % gets. */
function canaryCount({ EngineFleet: Fleet }: Lifecycle): number {
  const fleet = new Fleet(createSilentLog());
  fleet.seat({ name: 'hello', version: '1.0.0', origin: 'configuration' }).serve(createMemoryEngine());
  fleet.seat({ name: 'hello', version: '2.0.0', origin: 'installed', share: 0.25 }).serve(createMemoryEngine());
  const ids = Array.from({ length: 400 }, (_, index) => `statement-${String(index)}`);
  return ids.filter((id) => fleet.get('hello', id).version === '2.0.0').length;
}

/** Returns what had happened when the engine of an open statement was closed. */
async function endOfDrained({ EngineFleet: Fleet }: Lifecycle): Promise<string> {
  const fleet = new Fleet(createSilentLog());
  const events: string[] = [];
  const engine = { ...createMemoryEngine(), close: () => Promise.resolve(void events.push('engine closed')) };
  fleet.seat({ name: 'hello', version: '1.0.0', origin: 'installed' }).serve(engine);
  const open = await fleet.get('hello').engine.prepare(QUERY);
  const retired = fleet.retire('hello');
  await new Promise((resolve) => setTimeout(resolve, 400));
  events.push('statement ended');
  await open.close();
  await retired;
  return events.join(', ');
}

/** Returns the code with which a package is refused whose engine is another than it says; `serves` when it is not. */
async function installOther({ EngineFleet: Fleet, EngineInstaller: Installer }: Lifecycle, manifest: object): Promise<string> {
  const home = mkdtempSync(join(folder, 'home-'));
  const packed = makeHelloPackage(join(home, 'package'), { version: '1.0.0', manifest: manifest as Record<string, unknown> });
  const files = readdirSync(packed).map((path) => ({ path, bytes: readFileSync(join(packed, path)) }));
  const fleet = new Fleet(createSilentLog());
  const tables = { plan: () => Promise.reject(new Error('no tables')), read: () => [] as never };
  const surroundings = { tables, log: createSilentLog(), spoolDirectory: join(home, 'spool'), dataDirectory: home };
  const installer = new Installer({ fleet, surroundings, directory: join(home, 'plugins'), check: () => Promise.resolve() });
  await installer.restore();
  const request = { archive: packFiles(files), check: false, host: 'in-process', config: {}, share: null } as const;
  try {
    await installer.install(request);
    return fleet.engines.length === 1 ? 'serves' : 'not there';
  } catch (error) {
    return fleet.engines.length === 0 ? (error as { readonly code: string }).code : 'serves in spite of its refusal';
  } finally {
    await fleet.close();
  }
}

const OTHER_VERSION = { version: '9.9.9' };
const FEWER_STATEMENTS = { trivium: { engine: 'hello', spi: '^1.0.0', statements: ['view'] } };

describe('a guard of an engine that comes or goes', () => {
  test('gives a canary its share, and without it is noticed', async () => {
    expect(canaryCount(WHOLE)).toBeGreaterThan(60);
    expect(canaryCount(WHOLE)).toBeLessThan(140);
    const all = await broken('engine-fleet.ts', '|| !isInShare(queryId, canary.share ?? 0)', '');
    expect(canaryCount(all)).toBe(400);
    const uneven = await broken('canary-share.ts', 'hash(queryId) < share * HASHES', 'hash(queryId) < share');
    expect(canaryCount(uneven)).toBe(0);
  });

  test('lets statements end before their engine, and without it is noticed', async () => {
    expect(await endOfDrained(WHOLE)).toBe('statement ended, engine closed');
    const hasty = await broken('engine-fleet.ts', 'await seat.engine.idle();', '');
    expect(await endOfDrained(hasty)).toBe('engine closed, statement ended');
    const careless = await broken('tracked-engine.ts', 'this.#running += 1;', '');
    expect(await endOfDrained(careless)).toBe('engine closed, statement ended');
  });

  test('refuses what the package did not say, and without it is noticed', async () => {
    expect(await installOther(WHOLE, {})).toBe('serves');
    expect(await installOther(WHOLE, OTHER_VERSION)).toBe('SPI_INVALID_PLUGIN');
    expect(await installOther(WHOLE, FEWER_STATEMENTS)).toBe('SPI_INVALID_PLUGIN');
    const anyone = await broken('install/engine-installer.ts', 'plugin.name !== name || plugin.version !== version', 'false');
    expect(await installOther(anyone, OTHER_VERSION)).toBe('serves');
    const anything = await broken('install/engine-installer.ts', 'checkStatements(engine, manifest);', '');
    expect(await installOther(anything, FEWER_STATEMENTS)).toBe('serves');
  }, 120_000);
});
