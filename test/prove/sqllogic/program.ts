import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { composeStorage } from '../../../cli/compose-platform.ts';
import type { loadConfig } from '../../../cli/config/load-config.ts';
import type { isProcessRunning } from '../../../runtime/process/index.ts';
import type { createServices } from '../../../sql-gateway/create-gateway.ts';
import type { checkSession } from '../../../sql-gateway/http/parse-statement-request.ts';
import type { loadEngines } from '../../../sql-gateway/index.ts';
import type { bindRequest } from '../../../sql-gateway/query/bind-request.ts';

/** The parts of a built program from which a platform is put together. */
export interface ProgramParts {
  readonly composeStorage: typeof composeStorage;
  readonly loadConfig: typeof loadConfig;
  readonly isProcessRunning: typeof isProcessRunning;
  readonly createServices: typeof createServices;
  readonly checkSession: typeof checkSession;
  readonly loadEngines: typeof loadEngines;
  readonly bindRequest: typeof bindRequest;
  /** Returns the address of the module of a folder. */
  moduleOf(folder: string): string;
}

/** Files of a built program that export those parts. */
const FILES = [
  'cli/compose-platform.js',
  'cli/config/load-config.js',
  'runtime/process/index.js',
  'sql-gateway/create-gateway.js',
  'sql-gateway/http/parse-statement-request.js',
  'sql-gateway/index.js',
  'sql-gateway/query/bind-request.js',
];

/** Loads a program that was built into `folder`: its processes start faster than from the source, and a copy of it may carry a fault. */
export async function loadProgram(folder: string): Promise<ProgramParts> {
  const urlOf = (path: string): string => pathToFileURL(join(folder, 'dist', path)).href;
  const modules = await Promise.all(FILES.map(async (file) => (await import(urlOf(file))) as object));
  const parts = { moduleOf: (name: string) => urlOf(`${name}/index.js`) };
  return Object.assign(parts, ...modules) as ProgramParts;
}
