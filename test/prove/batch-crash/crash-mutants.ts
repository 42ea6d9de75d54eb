import type { SourceMutant } from '../mutate-source.ts';
import { DIES_AFTER_COMMIT, DIES_BEFORE_REMOVAL } from './directed-attacks.ts';

/** Moments at which the program kills itself, once: each leaves a file below `folder` that says so. */
export function crashPoints(folder: string): readonly SourceMutant[] {
  const die = (name: string): string =>
    `const fs = await import('node:fs'); const mark = ${JSON.stringify(`${folder}/${name}`)}; ` +
    `if (!fs.existsSync(mark)) { fs.writeFileSync(mark, ''); process.kill(process.pid, 'SIGKILL'); await new Promise(() => undefined); }`;
  return [
    {
      id: DIES_AFTER_COMMIT,
      file: 'sql-gateway/job/run-statement.ts',
      from: `await job.note({ kind: 'committed', statement, result });\n    record.end(null);`,
      to: `if (job.spec.name === '${DIES_AFTER_COMMIT}' && statement === 2) { ${die(DIES_AFTER_COMMIT)} }
        await job.note({ kind: 'committed', statement, result });\n    record.end(null);`,
    },
    {
      id: DIES_BEFORE_REMOVAL,
      file: 'sql-gateway/job/job-service.ts',
      from: 'await store.removeWork(jobId);',
      to: `if (spec.name === '${DIES_BEFORE_REMOVAL}') { ${die(DIES_BEFORE_REMOVAL)} }\n      await store.removeWork(jobId);`,
    },
  ];
}

/** A guard taken out of the program, and the attack that must notice. */
export interface CrashMutant extends SourceMutant {
  readonly attack: string;
}

/** Guards that are taken out together; none of a program helps another to be noticed, or hides it. */
export const CRASH_MUTANTS: readonly (readonly CrashMutant[])[] = [
  [
    {
      id: 'key-of-the-process',
      attack: 'a server killed between commit and note',
      file: 'sql-gateway/job/job-spec.ts',
      from: 'const key = `${jobId}:${String(statement)}`;',
      to: 'const key = `${jobId}:${String(statement)}:${String(process.pid)}`;',
    },
    {
      id: 'work-of-ended-jobs-kept',
      attack: 'a server killed between the end of a job and the removal of its work',
      file: 'sql-gateway/job/job-store.ts',
      from: "removeWork: (jobId) => onDisk(() => rm(join(folderOf(jobId), 'work'), { recursive: true, force: true })),",
      to: 'removeWork: () => Promise.resolve(),',
    },
    {
      id: 'trusts-manifests',
      attack: 'a finished task whose file was cut short before the restart',
      file: 'engines/batch/run/work-directory.ts',
      from: 'return (await isComplete(result)) ? result : null;',
      to: 'await isComplete(result); return result;',
    },
    {
      id: 'one-attempt',
      attack: 'an executor killed under a statement that is tried once',
      file: 'engines/batch/run/run-stages.ts',
      from: 'const ATTEMPTS_MAX = 3;',
      to: 'const ATTEMPTS_MAX = 1;',
    },
    {
      id: 'unnamed-tasks',
      attack: 'a file of the table with a damaged page',
      file: 'engines/batch/run/run-stages.ts',
      from: 'const named = nameTask(failed, task, tries);',
      to: 'const named = failed; nameTask(failed, task, tries);',
    },
  ],
  [
    {
      id: 'takes-work-of-others',
      attack: 'a restart with a configuration that cuts tasks otherwise',
      file: 'engines/batch/run/work-directory.ts',
      from: '(await readText(join(path, HEADER))) !== header)',
      to: '(await readText(join(path, HEADER))) === null)',
    },
  ],
];
