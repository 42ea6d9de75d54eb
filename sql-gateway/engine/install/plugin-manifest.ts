import { posix } from 'node:path';
import semver from 'semver';
import { PlatformError, SPI_VERSION } from '../../../spi/index.ts';
import type { PackageFile } from './read-archive.ts';

/** What a package says of the engine in it, before any of its code has run. */
export interface PluginManifest {
  /** Name of the package. */
  readonly name: string;
  readonly version: string;
  /** Name of the engine, as statements call it. */
  readonly engine: string;
  /** Range of SPI versions that it works with. */
  readonly spi: string;
  /** Kinds of statements that it takes; it serves no others. */
  readonly statements: readonly string[];
  /** Path of its module below the package's folder. */
  readonly entry: string;
  /** Packages that it needs at run time, its peers left out. */
  readonly dependencies: readonly string[];
  /** Where they come from: its own lock, the package itself, or nowhere. */
  readonly dependenciesFrom: 'lock' | 'bundled' | 'none';
  /** Names of scripts that npm would run at its installation. They are never run here. */
  readonly scripts: readonly string[];
}

const LOCKS = ['npm-shrinkwrap.json', 'package-lock.json'];

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare'];

const STATEMENTS = ['query', 'write', 'view'];

/** Reads what a package says of its engine: `name`, `version`, the module's path, and `"trivium": {"engine", "spi", "statements"}`.
 *  @throws REQUEST_INVALID with the key and what is expected, SPI_VERSION for another SPI */
export function readManifest(files: readonly PackageFile[]): PluginManifest {
  const paths = new Set(files.map(({ path }) => path));
  const manifest = parseObject(files.find(({ path }) => path === 'package.json'));
  const { name, version, trivium, scripts } = manifest;
  if (typeof name !== 'string' || name === '') throw invalid("'name' is missing");
  if (typeof version !== 'string' || semver.valid(version) === null) throw invalid("'version' must be a semantic version");
  const { engine, spi, statements } = objectOf(trivium, 'trivium');
  if (typeof engine !== 'string' || !/^[a-z][a-z0-9_-]{0,62}$/.test(engine))
    throw invalid("'trivium.engine' must be the engine's lower-case name");
  if (typeof spi !== 'string' || semver.validRange(spi) === null)
    throw invalid('\'trivium.spi\' must be a range of SPI versions, such as "^1.0.0"');
  if (!Array.isArray(statements) || statements.length === 0 || !statements.every((kind) => STATEMENTS.includes(String(kind)))) {
    throw invalid(`'trivium.statements' must list one or more of ${STATEMENTS.join(', ')}`);
  }
  if (!semver.satisfies(SPI_VERSION, spi)) {
    throw new PlatformError('SPI_VERSION', `The package ${name} ${version} was made for SPI ${spi}; this is SPI ${SPI_VERSION}.`, {
      hint: 'Install a version of the plugin for this SPI.',
    });
  }
  const entry = entryOf(manifest);
  if (!paths.has(entry)) throw invalid(`its module '${entry}' is not part of the package`);
  const dependencies = Object.keys(objectOf(manifest['dependencies'] ?? {}, 'dependencies'));
  return {
    name,
    version,
    engine,
    spi,
    statements: statements.map(String),
    entry,
    dependencies,
    dependenciesFrom: dependencySource(dependencies, paths),
    scripts: INSTALL_SCRIPTS.filter((script) => Object.hasOwn(objectOf(scripts ?? {}, 'scripts'), script)),
  };
}

function dependencySource(dependencies: readonly string[], paths: ReadonlySet<string>): PluginManifest['dependenciesFrom'] {
  if (dependencies.length === 0) return 'none';
  if (dependencies.every((name) => paths.has(`node_modules/${name}/package.json`))) return 'bundled';
  if (LOCKS.some((lock) => paths.has(lock))) return 'lock';
  throw invalid(`it needs ${dependencies.join(', ')}, and has neither a lock nor the packages themselves`, {
    hint: 'Add a package-lock.json (in a .tgz an npm-shrinkwrap.json), or bundle them with bundleDependencies.',
  });
}

function entryOf({ exports, main }: Readonly<Record<string, unknown>>): string {
  const door = isObject(exports) && '.' in exports ? exports['.'] : exports;
  const chosen = isObject(door) ? (door['import'] ?? door['default']) : door;
  const entry = chosen ?? main ?? 'index.js';
  if (typeof entry !== 'string') throw invalid("'exports' must name the module's file");
  return posix.normalize(entry);
}

function parseObject(file: PackageFile | undefined): Readonly<Record<string, unknown>> {
  if (file === undefined) throw invalid('there is no such file');
  try {
    return objectOf(JSON.parse(file.bytes.toString('utf8')), 'package.json');
  } catch (error) {
    throw error instanceof PlatformError ? error : invalid('it is not JSON');
  }
}

function objectOf(value: unknown, key: string): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw invalid(`'${key}' must be an object`, {
    hint: 'An engine says in its package.json: "trivium": {"engine": "name", "spi": "^1.0.0", "statements": ["query"]}.',
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(what: string, options: { readonly hint?: string } = {}): PlatformError {
  return new PlatformError('REQUEST_INVALID', `The package.json of the engine: ${what}.`, options);
}
