import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeStorage } from '../../cli/compose-platform.ts';
import { loadConfig } from '../../cli/config/load-config.ts';
import { isProcessRunning } from '../../runtime/process/index.ts';
import { assert } from '../../spi/index.ts';
import { checkSession } from '../../sql-gateway/http/parse-statement-request.ts';
import { createServices } from '../../sql-gateway/create-gateway.ts';
import { loadEngines } from '../../sql-gateway/index.ts';
import type { JobInfo } from '../../sql-gateway/job/job-info.ts';
import type { JobRequest } from '../../sql-gateway/job/job-request.ts';
import { createJobService, type JobService, type JobServiceParts } from '../../sql-gateway/job/job-service.ts';
import { openJobStore } from '../../sql-gateway/job/job-store.ts';
import { splitScript } from '../../sql-gateway/job/parse-script.ts';
import { type MemoryEngineOptions, memoryEnginePlugin } from './memory-engine.ts';
import { createSilentLog } from './silent-log.ts';

/** A warehouse on disk with a memory engine, and job services over any folders of jobs. */
export interface JobPlatform {
  readonly root: string;
  readonly parts: Omit<JobServiceParts, 'store'>;
  readonly log: ReturnType<typeof createSilentLog>;
  /** Opens a service over a folder of jobs below the root, as a process that starts there would. */
  open(folder: string, create?: (parts: JobServiceParts) => Promise<JobService>): Promise<JobService>;
  /** Number of snapshots of a table of schema main; null when there is no such table. */
  snapshots(table: string): Promise<number | null>;
  /** Rows of a table of schema main as its newest snapshot counts them. */
  rows(table: string): Promise<number | null>;
  close(): Promise<void>;
}

/** Opens a warehouse in a new folder. */
export async function startJobPlatform(engine: MemoryEngineOptions = {}): Promise<JobPlatform> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'jobs-')));
  mkdirSync(join(root, 'files'));
  const flags = [`data.directory=${root}`, `files.allowedDirectories=${join(root, 'files')}`];
  const { config } = loadConfig({ file: null, environment: {}, flags, workingDirectory: root });
  const log = createSilentLog();
  const storage = await composeStorage(config, log);
  const { warehouse } = storage;
  const engines = await loadEngines([{ module: memoryEnginePlugin(engine), config: {} }], {
    tables: warehouse.source,
    log,
    spoolDirectory: join(storage.spoolDirectory, 'engines'),
    dataDirectory: warehouse.dataDirectory,
  });
  const services = await createServices({
    ...warehouse,
    catalogWriter: warehouse.writer,
    tables: warehouse.source,
    streamsDirectory: join(root, 'streams'),
    engines,
    spoolDirectory: join(storage.spoolDirectory, 'gateway'),
    jobs: { directory: join(root, 'own-jobs'), resume: false, isProcessRunning },
    config: { ...config, auth: { mode: 'none' }, files: { ...config.files, protectedDirectories: [] } },
    log,
  });
  const opened: JobService[] = [];
  return {
    root,
    parts: { ...services, concurrent: 1, concurrentStatements: 2 },
    log,
    open: async (folder, create = createJobService) => {
      const store = await openJobStore(join(root, folder), isProcessRunning);
      const service = await create({ ...services, store, concurrent: 1, concurrentStatements: 2 });
      opened.push(service);
      return service;
    },
    snapshots: async (name) => {
      const found = await warehouse.catalog.resolve({ schema: 'main', name });
      return found === null ? null : (await warehouse.catalog.history({ schema: 'main', name })).length;
    },
    rows: async (name) => {
      const found = await warehouse.catalog.resolve({ schema: 'main', name });
      return found?.kind === 'table' ? found.rows : null;
    },
    close: async () => {
      await Promise.all(opened.map((service) => service.stop()));
      await services.streams.close();
      await engines.close();
      await services.encoder.close();
      await storage.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Returns a job of the user ada for a script. */
export function jobOf(sql: string, changes: Partial<JobRequest> = {}): JobRequest {
  const session = checkSession(null);
  return { user: 'ada', name: null, statements: splitScript(sql), session, timeoutMs: null, idempotencyKey: null, ...changes };
}

/** Waits until the job is in a state that is asked for. */
export async function untilState(service: JobService, jobId: string, isWanted: (info: JobInfo) => boolean): Promise<JobInfo> {
  for (let look = 0; look < 2000; look += 1) {
    const info = await service.find('ada', jobId);
    assert(info !== null, `the job ${jobId} is there`);
    if (isWanted(info)) return info;
    await sleep(10);
  }
  assert(false, `the job ${jobId} came into the state`);
}
