import { readFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';

/** Facts of the machine that a figure was measured on. */
export interface MachineFacts {
  readonly platform: string;
  readonly kernel: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

const VERSIONED_PACKAGES = ['@duckdb/node-bindings', 'apache-arrow', 'fastify', 'koffi', 'libpg-query', 'lmdb', 'node-sql-parser'];

/** Returns the facts of this machine. */
export function machineFacts(): MachineFacts {
  const processors = cpus();
  return {
    platform: platform(),
    kernel: release(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
  };
}

/** Returns the versions of the product, of Node, and of the packages that decide about speed. */
export function softwareVersions(): Record<string, string> {
  const root = new URL('../', import.meta.url);
  const versions: Record<string, string> = { trivium: versionOf(new URL('package.json', root)), node: process.versions.node };
  for (const name of VERSIONED_PACKAGES) versions[name] = versionOf(new URL(`node_modules/${name}/package.json`, root));
  return versions;
}

function versionOf(manifest: URL): string {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
