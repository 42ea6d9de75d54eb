import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, type Logger, PlatformError } from '../../../spi/index.ts';
import { onDisk } from '../../file/durable-file.ts';
import type { EngineFleet, EngineSeat } from '../engine-fleet.ts';
import { type EngineEntry, type EngineSurroundings, openPlugin, startEngine } from '../start-engine.ts';
import { tracedTables } from '../trace/traced-tables.ts';
import { type InstalledEngine, readInstalled, writeInstalled } from './installed-engines.ts';
import { openPluginDirectory, sweepPluginDirectory, unpackPlugin } from './plugin-directory.ts';
import { type PluginManifest, readManifest } from './plugin-manifest.ts';
import { readArchive } from './read-archive.ts';

/** An engine to install. */
export interface InstallRequest extends Pick<InstalledEngine, 'host' | 'memoryMb' | 'network' | 'config' | 'share'> {
  /** The package as npm packs it: a gzipped tar. */
  readonly archive: Buffer;
  /** Whether the first level of the technology compatibility kit must pass before it serves. */
  readonly check: boolean;
}

/** What an installer works with. */
export interface InstallerParts {
  readonly fleet: EngineFleet;
  readonly surroundings: EngineSurroundings;
  /** Where installed plugins lie. */
  readonly directory: string;
  /** Asks an engine's module whether it keeps what it declares. @throws SPI_INVALID_PLUGIN with the findings */
  readonly check: (module: string, config: Readonly<Record<string, unknown>>) => Promise<void>;
}

/** Brings engines into a running server and takes them out again, over restarts.
 *  Guarantees: what is answered is recorded, durably and in one step; an engine that cannot start keeps nothing else from starting. */
export class EngineInstaller {
  readonly #parts: InstallerParts;
  readonly #retiring = new Set<Promise<void>>();
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #starts = 0;

  constructor(parts: InstallerParts) {
    this.#parts = parts;
  }

  /** Starts the engines that were installed before. One that fails stays in the list, with the reason.
   *  @throws STORAGE_CORRUPT, STORAGE_FORMAT_TOO_NEW, STORAGE_IO for the list of them */
  async restore(): Promise<void> {
    const { directory } = this.#parts;
    await openPluginDirectory(directory);
    const installed = await readInstalled(directory);
    await sweepPluginDirectory(directory, new Set(installed.map(({ folder }) => folder)));
    for (const isCanary of [false, true]) {
      for (const engine of installed) if ((engine.share !== null) === isCanary) await this.#restoreOne(engine);
    }
  }

  /** Installs a package's engine; it takes statements when this returns.
   *  @throws REQUEST_INVALID for the package, ENGINE_EXISTS, ENGINE_UNKNOWN for a canary of nothing, SPI_*, CONFIG_INVALID, what its start throws */
  async install(request: InstallRequest): Promise<PluginManifest> {
    const files = await readArchive(request.archive);
    const manifest = readManifest(files);
    const { fleet, directory } = this.#parts;
    return this.#alone(async () => {
      const { engine: name, version } = manifest;
      const seat = fleet.seat({ name, version, origin: 'installed', share: request.share });
      let folder: string | null = null;
      let engine: Engine | null = null;
      try {
        folder = await unpackPlugin(directory, manifest, files);
        const { host, memoryMb, network, config, share } = request;
        const limits = { ...(memoryMb === undefined ? {} : { memoryMb }), ...(network === undefined ? {} : { network }) };
        const installed: InstalledEngine = { name, version, folder, entry: manifest.entry, host, ...limits, config, share };
        if (request.check) await this.#parts.check(join(directory, folder, manifest.entry), config);
        engine = await this.#start(installed);
        checkStatements(engine, manifest);
        const others = (await readInstalled(directory)).filter((other) => other.name !== name || (share !== null && other.share === null));
        await writeInstalled(directory, [...others, installed]);
        seat.serve(engine);
        return manifest;
      } catch (error) {
        seat.leave();
        await this.#discard(engine, folder);
        throw error;
      }
    });
  }

  /** Takes no new statements for an engine and closes it after its last one; a canary when there is one. It comes back at the next start.
   *  @throws ENGINE_UNKNOWN */
  async drain(name: string): Promise<void> {
    await this.#alone(() => {
      this.#retire(name, this.#whichOf(name), null);
      return Promise.resolve();
    });
  }

  /** Takes an installed engine out for good: a canary when there is one, else the engine. It ends after its last statement.
   *  @throws ENGINE_UNKNOWN, ENGINE_EXISTS for an engine of the configuration */
  async remove(name: string): Promise<void> {
    await this.#alone(async () => {
      const which = this.#whichOf(name);
      const found = this.#parts.fleet.find(name, which);
      if (found?.origin === 'configuration') {
        throw new PlatformError(
          'ENGINE_EXISTS',
          `The engine '${found.name}' is in the server's configuration, which is not changed from here.`,
          {
            hint: `trivium engine drain ${found.name} takes it out until the next start.`,
          },
        );
      }
      const removed = await this.#forget(name, which);
      if (found !== null) this.#retire(name, which, removed);
    });
  }

  /** Gives a canary another share. Units: 0 to 1.
   *  @throws ENGINE_UNKNOWN without a canary */
  async setShare(name: string, share: number): Promise<void> {
    await this.#alone(async () => {
      this.#parts.fleet.setShare(name, share);
      const installed = await readInstalled(this.#parts.directory);
      await this.#write(installed.map((engine) => (isOf(engine, name, 'canary') ? { ...engine, share } : engine)));
    });
  }

  /** Puts a canary in the place of its engine, which ends after its last statement.
   *  @throws ENGINE_UNKNOWN without a canary */
  async promote(name: string): Promise<void> {
    await this.#alone(async () => {
      const installed = await readInstalled(this.#parts.directory);
      const old = installed.find((engine) => isOf(engine, name, 'engine'));
      const { retired } = this.#parts.fleet.promote(name);
      const kept = installed.filter((engine) => engine !== old);
      await this.#write(kept.map((engine) => (isOf(engine, name, 'canary') ? { ...engine, share: null } : engine)));
      this.#follow(retired, old ?? null);
    });
  }

  /** Waits for what is being changed, and for engines that are about to end. */
  async settled(): Promise<void> {
    await this.#last.catch(() => undefined);
    await Promise.all(this.#retiring);
  }

  async #restoreOne(installed: InstalledEngine): Promise<void> {
    const { fleet } = this.#parts;
    const { name, version, share } = installed;
    // A version that was promoted over one of the configuration takes its place again.
    const replaces = share === null && fleet.find(name, 'engine') !== null;
    let seat: EngineSeat | null = null;
    try {
      seat = fleet.seat({ name, version, origin: 'installed', share: replaces ? 0 : share });
      seat.serve(await this.#start(installed));
      if (replaces) this.#follow(fleet.promote(name).retired, null);
    } catch (error) {
      seat?.fail(error);
      const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
      this.#log.error({ engine: name, version, code, error: message }, 'an installed engine did not start');
    }
  }

  async #start({ name, version, folder, entry, host, memoryMb, network, config }: InstalledEngine): Promise<Engine> {
    const { surroundings, directory, fleet } = this.#parts;
    const module = join(directory, folder, entry);
    const limits = { ...(memoryMb === undefined ? {} : { memoryMb }), ...(network === undefined ? {} : { network }) };
    const opened: EngineEntry = { module, config, host, ...limits };
    const { plugin, discard } = await openPlugin(opened, host, surroundings.log);
    try {
      if (plugin.name !== name || plugin.version !== version) {
        throw new PlatformError(
          'SPI_INVALID_PLUGIN',
          `The package says that it holds the engine '${name}' ${version}, and its module is the engine '${plugin.name}' ${plugin.version}.`,
        );
      }
      this.#starts += 1;
      // Two versions may run beside each other.
      const tables = tracedTables(plugin, surroundings.tables, fleet.traces);
      return await startEngine(plugin, config, { ...surroundings, tables }, `${name}-installed-${String(this.#starts)}`);
    } finally {
      discard();
    }
  }

  #whichOf(name: string): 'engine' | 'canary' {
    return this.#parts.fleet.find(name, 'canary') === null ? 'engine' : 'canary';
  }

  async #forget(name: string, which: 'engine' | 'canary'): Promise<InstalledEngine | null> {
    const installed = await readInstalled(this.#parts.directory);
    const removed = installed.find((engine) => isOf(engine, name, which)) ?? null;
    if (removed === null) this.#parts.fleet.check(name);
    else await this.#write(installed.filter((engine) => engine !== removed));
    return removed;
  }

  #retire(name: string, which: 'engine' | 'canary', removed: InstalledEngine | null): void {
    this.#parts.fleet.check(name);
    this.#follow(this.#parts.fleet.retire(name, which), removed);
  }

  /** The end of an engine is not waited for; its files go after it. */
  #follow(retired: Promise<void>, removed: InstalledEngine | null): void {
    const end = (async () => {
      try {
        await retired;
        if (removed !== null) await this.#removeFolder(removed.folder);
      } catch (error) {
        this.#log.warn({ engine: removed?.name, error: String(error) }, 'an engine did not end well');
      }
    })();
    this.#retiring.add(end);
    void end.finally(() => this.#retiring.delete(end));
  }

  async #discard(engine: Engine | null, folder: string | null): Promise<void> {
    try {
      await engine?.close();
      if (folder !== null) await this.#removeFolder(folder);
    } catch (error) {
      this.#log.warn({ folder, error: String(error) }, 'what is left of an engine that was not installed could not be removed');
    }
  }

  #removeFolder(folder: string): Promise<void> {
    return onDisk(() => rm(join(this.#parts.directory, folder), { recursive: true, force: true }));
  }

  #write(engines: readonly InstalledEngine[]): Promise<void> {
    return writeInstalled(this.#parts.directory, engines);
  }

  get #log(): Logger {
    return this.#parts.surroundings.log;
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}

function isOf({ name, share }: InstalledEngine, named: string, which: 'engine' | 'canary'): boolean {
  return name === named.toLowerCase() && (share !== null) === (which === 'canary');
}

/** What the package did not say to whoever installed it, the engine does not get. */
function checkStatements({ capabilities }: Engine, { engine, statements }: PluginManifest): void {
  const more = capabilities.statements.filter((kind) => !statements.includes(kind));
  if (more.length === 0) return;
  throw new PlatformError(
    'SPI_INVALID_PLUGIN',
    `The engine '${engine}' declares ${more.join(', ')}, which its package.json does not list in trivium.statements.`,
  );
}
