import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk, syncFolder, writeSynced } from '../file/durable-file.ts';
import { formatEntry, type JobJournal, openJournal, readJournal } from './job-journal.ts';
import { claimFolder, isOwnedElsewhere, type IsProcessRunning, releaseFolder } from './job-owner.ts';
import { type JobProgress, replayJournal } from './job-progress.ts';
import type { JobSpec } from './job-spec.ts';

/** A job as it lies on disk. */
export interface StoredJob {
  readonly spec: JobSpec;
  readonly progress: JobProgress;
  /** Units: bytes of the journal's whole lines. */
  readonly journalBytes: number;
  /** Whether another process that runs has it. */
  readonly ownedElsewhere: boolean;
}

/** The jobs of a data directory: a folder each, with the job, its journal, its owner and the engines' finished work. */
export interface JobStore {
  /** Makes a job, owned by this process; it and its first entry are durable when this returns. @throws STORAGE_IO, RESOURCE_DISK */
  create(spec: JobSpec): Promise<StoredJob>;
  /** Ids of all jobs, oldest first. */
  ids(): Promise<readonly string[]>;
  /** Returns null when there is no such job any more. @throws STORAGE_CORRUPT */
  read(jobId: string): Promise<StoredJob | null>;
  /** Takes a job for this process; false when another one that runs has it. */
  claim(jobId: string): Promise<boolean>;
  release(jobId: string): Promise<void>;
  openJournal(jobId: string, journalBytes: number): Promise<JobJournal>;
  /** Directory for an engine's finished work on a statement. */
  workDirectory(jobId: string, statement: number): string;
  /** Forgets the finished work of all of a job's statements. */
  removeWork(jobId: string): Promise<void>;
  remove(jobId: string): Promise<void>;
}

const SPEC_FILE = 'job.json';
const JOURNAL_FILE = 'journal.ndjson';
const DRAFT_ENDING = '.draft';

/** Units: milliseconds after which a draft is taken for abandoned. */
const DRAFT_AGE_MS_MAX = 3_600_000;

/** Opens the folder of jobs, making it when it is new. */
export async function openJobStore(directory: string, isProcessRunning: IsProcessRunning): Promise<JobStore> {
  await onDisk(() => mkdir(directory, { recursive: true, mode: 0o700 }));
  await removeDrafts(directory);
  const folderOf = (jobId: string): string => join(directory, jobId);
  return {
    create: async (spec) => {
      const draft = folderOf(`${spec.jobId}${DRAFT_ENDING}`);
      const first = formatEntry({ kind: 'submitted', atMs: spec.createdAtMs });
      await onDisk(() => mkdir(draft, { mode: 0o700 }));
      await writeSynced(join(draft, SPEC_FILE), `${JSON.stringify(spec)}\n`);
      await writeSynced(join(draft, JOURNAL_FILE), first);
      await claimFolder(draft, isProcessRunning);
      await syncFolder(draft);
      await onDisk(() => rename(draft, folderOf(spec.jobId)));
      await syncFolder(directory);
      return { spec, progress: replayJournal([]), journalBytes: Buffer.byteLength(first), ownedElsewhere: false };
    },
    ids: async () => (await onDisk(() => readdir(directory))).filter((name) => !name.endsWith(DRAFT_ENDING)).sort(),
    read: (jobId) => readJob(folderOf(jobId), isProcessRunning),
    claim: (jobId) => claimFolder(folderOf(jobId), isProcessRunning),
    release: (jobId) => releaseFolder(folderOf(jobId)),
    openJournal: (jobId, journalBytes) => openJournal(join(folderOf(jobId), JOURNAL_FILE), journalBytes),
    workDirectory: (jobId, statement) => join(folderOf(jobId), 'work', String(statement)),
    removeWork: (jobId) => onDisk(() => rm(join(folderOf(jobId), 'work'), { recursive: true, force: true })),
    remove: (jobId) => onDisk(() => rm(folderOf(jobId), { recursive: true, force: true })),
  };
}

async function readJob(folder: string, isProcessRunning: IsProcessRunning): Promise<StoredJob | null> {
  const text = await onDisk(async () => {
    try {
      return await readFile(join(folder, SPEC_FILE), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  });
  if (text === null) return null;
  const journal = await readJournal(join(folder, JOURNAL_FILE));
  return {
    spec: JSON.parse(text) as JobSpec,
    progress: replayJournal(journal.entries),
    journalBytes: journal.bytes,
    ownedElsewhere: await isOwnedElsewhere(folder, isProcessRunning),
  };
}

/** What a process that died left while it made a job; nobody was told of that job. */
async function removeDrafts(directory: string): Promise<void> {
  await onDisk(async () => {
    for (const name of await readdir(directory)) {
      if (!name.endsWith(DRAFT_ENDING)) continue;
      const path = join(directory, name);
      // Another process may finish its draft at this moment.
      const found = await stat(path).catch(() => null);
      if (found !== null && found.mtimeMs < Date.now() - DRAFT_AGE_MS_MAX) await rm(path, { recursive: true, force: true });
    }
  });
}
