import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { PlatformError } from '../../spi/index.ts';
import { hasEnded, type JobInfo } from '../../sql-gateway/index.ts';
import { cancelJob, fetchJob, listJobs, submitJob } from '../client/job-client.ts';
import type { ClientSession } from '../../client/index.ts';
import { renderError } from '../format/print-error.ts';
import { renderJob, renderJobs } from '../format/print-job.ts';
import { connectServer, type ServerConnection } from '../server/connect-server.ts';
import {
  type Command,
  type CommandArguments,
  type CommandIo,
  CONFIG_OPTIONS,
  EXIT,
  SERVER_OPTIONS,
  serverOptions,
  textOption,
} from './command.ts';
import { readConfig } from './read-config.ts';
import { waitForJob } from './wait-for-job.ts';

const VERBS = ['submit', 'list', 'show', 'watch', 'cancel'] as const;
type Verb = (typeof VERBS)[number];

const USAGE = 'submit <file|-> | list | show <id> | watch <id> | cancel <id> [options]';

/** `trivium job` */
export const jobCommand: Command = {
  name: 'job',
  summary: 'Submit and follow jobs: statements that run in the background, over restarts',
  usage: USAGE,
  options: {
    ...CONFIG_OPTIONS,
    ...SERVER_OPTIONS,
    name: { type: 'string', value: 'text', help: 'submit: a name for people' },
    wait: { type: 'boolean', help: 'submit: wait for the end; the exit code tells how it went' },
    session: { type: 'string', multiple: true, value: 'key=value', help: 'submit: schema, timeZone or engine; may be given several times' },
    timeout: { type: 'string', value: 'milliseconds', help: 'submit: longest time from the start of the first statement (default: none)' },
    key: { type: 'string', value: 'text', help: 'submit: idempotency key; the same call again makes no second job' },
    state: { type: 'string', value: 'name', help: 'list: jobs in this state only' },
    limit: { type: 'string', value: 'number', help: 'list: at most so many (default: 20)' },
    format: { type: 'string', value: 'name', help: 'table (default) or json' },
  },
  examples: [
    'trivium job submit nightly.sql --name nightly',
    "echo 'CREATE TABLE t AS SELECT 1 AS n' | trivium job submit - --wait",
    'trivium job list --state running',
    'trivium job show 01a2021b-9059-74fe-99f2-649f6e7418e8',
  ],
  run: async (call, io) => {
    const [given = '', ...words] = call.words;
    const verb = VERBS.find((known) => known === given);
    if (verb === undefined || words.length !== (verb === 'list' ? 0 : 1)) {
      io.stderr.write(`trivium job: expected ${USAGE}\n`);
      return EXIT.usage;
    }
    const json = readFormat(call) === 'json';
    const { config } = readConfig(call, io);
    const sql = verb === 'submit' ? await readScript(words[0] ?? '', io) : '';
    const connection = await connectServer(config, serverOptions(call, io));
    try {
      return await runVerb(verb, words[0] ?? '', { call, io, connection, json, sql });
    } finally {
      await connection.close();
    }
  },
};

/** A call of the command with what it works on. */
interface JobCall {
  readonly call: CommandArguments;
  readonly io: CommandIo;
  readonly connection: ServerConnection;
  readonly json: boolean;
  /** The script, for a job to be submitted. */
  readonly sql: string;
}

async function runVerb(verb: Verb, jobId: string, job: JobCall): Promise<number> {
  const { call, io, connection } = job;
  const { server } = connection;
  switch (verb) {
    case 'submit':
      return submit(job);
    case 'list': {
      const jobs = await listJobs(server, textOption(call, 'state'), readNumber(call, 'limit') ?? 20);
      write(io, job.json ? [JSON.stringify({ jobs }, null, 2)] : renderJobs(jobs, layoutOf(io)));
      return EXIT.done;
    }
    case 'show':
      show(await fetchJob(server, jobId), job);
      return EXIT.done;
    case 'cancel': {
      const cancelled = await cancelJob(server, jobId);
      write(io, job.json ? [JSON.stringify(cancelled, null, 2)] : [`Job ${jobId} is ${cancelled.state}.`]);
      return EXIT.done;
    }
    case 'watch': {
      const found = await fetchJob(server, jobId);
      if (!hasEnded(found) && connection.embedded) {
        throw new PlatformError('INTERNAL_UNAVAILABLE', 'no server runs on the data directory, so the job does not go on', {
          hint: 'start one with `trivium serve`',
        });
      }
      return follow(found, job);
    }
  }
}

async function submit(job: JobCall): Promise<number> {
  const { call, io, connection, sql } = job;
  let submitted: JobInfo;
  try {
    submitted = await submitJob(connection.server, {
      sql,
      name: textOption(call, 'name'),
      session: readSession(call),
      timeoutMs: readNumber(call, 'timeout'),
      idempotencyKey: textOption(call, 'key'),
    });
  } catch (error) {
    io.stderr.write(`${renderError(error, sql).join('\n')}\n`);
    return EXIT.failed;
  }
  const { jobId } = submitted;
  // A server inside this process ends with it, and the job would have to wait for the next one.
  if (call.options['wait'] === true || connection.embedded) {
    io.stderr.write(`job ${jobId}\n`);
    return follow(submitted, job);
  }
  if (job.json) write(io, [JSON.stringify(submitted, null, 2)]);
  else write(io, [`Job ${jobId} is ${submitted.state}; follow it with: trivium job watch ${jobId}`]);
  return EXIT.done;
}

async function follow(first: JobInfo, job: JobCall): Promise<number> {
  const ended = await waitForJob(job.connection.server, first, job.io);
  if (ended === null) {
    job.io.stderr.write(`The job goes on without you; follow it with: trivium job watch ${first.jobId}\n`);
    return EXIT.interrupted;
  }
  show(ended, job);
  return ended.state === 'finished' ? EXIT.done : EXIT.failed;
}

function show(info: JobInfo, { io, json }: JobCall): void {
  write(io, json ? [JSON.stringify(info, null, 2)] : renderJob(info, layoutOf(io)));
}

function write(io: CommandIo, lines: readonly string[]): void {
  io.stdout.write(`${lines.join('\n')}\n`);
}

function layoutOf(io: CommandIo): { readonly widthMax: number } {
  return { widthMax: io.stdout.isTTY ? io.stdout.columns : 160 };
}

function readFormat(call: CommandArguments): 'table' | 'json' {
  const format = textOption(call, 'format') ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw new PlatformError('CONFIG_INVALID', `--format ${format}: expected table or json`);
}

function readNumber(call: CommandArguments, name: string): number | null {
  const given = textOption(call, name);
  if (given === null) return null;
  if (/^[1-9]\d{0,9}$/.test(given)) return Number(given);
  throw new PlatformError('CONFIG_INVALID', `--${name} ${given}: expected a whole number from 1`);
}

function readSession(call: CommandArguments): ClientSession {
  const given = call.options['session'];
  const settings = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    settings.map((setting) => {
      const equals = setting.indexOf('=');
      if (equals < 1) throw new PlatformError('CONFIG_INVALID', `--session ${setting}: expected key=value`);
      return [setting.slice(0, equals), setting.slice(equals + 1)];
    }),
  );
}

async function readScript(file: string, io: CommandIo): Promise<string> {
  if (file === '-') return text(io.stdin);
  const path = resolve(io.workingDirectory, file);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlatformError('STORAGE_FILE', `the script ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
