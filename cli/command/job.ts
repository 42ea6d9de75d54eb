import { PlatformError } from '../../spi/index.ts';
import { hasEnded, type JobInfo } from '../../sql-gateway/index.ts';
import {
  cancelJob,
  fetchJob,
  type JobDescription,
  listJobs,
  pauseJob,
  resumeJob,
  retryJob,
  submitJob,
  validateJob,
} from '../client/job-client.ts';
import { renderError } from '../format/print-error.ts';
import { renderJob, renderJobPlan, renderJobs } from '../format/print-job.ts';
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
import { BACKFILL_OPTIONS, readBackfill, runBackfill } from './backfill.ts';
import { readConfig } from './read-config.ts';
import { type JobFile, readJob } from './read-job.ts';
import { waitForJob } from './wait-for-job.ts';

const VERBS = ['submit', 'validate', 'backfill', 'list', 'show', 'watch', 'cancel', 'pause', 'resume', 'retry'] as const;
type Verb = (typeof VERBS)[number];

const TAKES_FILE: ReadonlySet<Verb> = new Set(['submit', 'validate', 'backfill']);

const USAGE =
  'submit <file|-> | validate <file|-> | backfill <file> | list | show <id> | watch <id> | cancel <id> | pause <id> | resume <id> | retry <id> [options]';

/** `trivium job` */
export const jobCommand: Command = {
  name: 'job',
  summary: 'Submit and follow jobs: statements that run in the background, over restarts',
  usage: USAGE,
  options: {
    ...CONFIG_OPTIONS,
    ...SERVER_OPTIONS,
    name: { type: 'string', value: 'text', help: 'submit, backfill: a name for people; list: jobs with this in their name' },
    label: {
      type: 'string',
      multiple: true,
      value: 'name=text',
      help: 'submit, backfill: a label of the job; list: jobs with this label; may be given several times',
    },
    wait: { type: 'boolean', help: 'submit, resume, retry: wait for the end; the exit code tells how it went' },
    param: {
      type: 'string',
      multiple: true,
      value: 'name=value',
      help: 'submit, backfill: the text for a parameter $name; may be given several times',
    },
    session: {
      type: 'string',
      multiple: true,
      value: 'key=value',
      help: 'submit, backfill: schema, timeZone or engine; may be given several times',
    },
    timeout: {
      type: 'string',
      value: 'milliseconds',
      help: 'submit, backfill: longest time from the start of the first statement (default: none)',
    },
    key: { type: 'string', value: 'text', help: 'submit: idempotency key; the same call again makes no second job' },
    priority: { type: 'string', value: 'name', help: 'submit, backfill: low, normal (default) or high' },
    ...BACKFILL_OPTIONS,
    state: { type: 'string', value: 'name', help: 'list: jobs in this state only' },
    limit: { type: 'string', value: 'number', help: 'list: at most so many (default: 20)' },
    format: { type: 'string', value: 'name', help: 'table (default) or json' },
  },
  examples: [
    'trivium job submit nightly.sql --name nightly',
    'trivium job submit pipeline.yaml --param day=2001-06-01',
    "echo 'CREATE TABLE t AS SELECT 1 AS n' | trivium job submit - --wait",
    'trivium job backfill daily.yaml --from 2001-06-01 --to 2001-07-01 --concurrent 2',
    'trivium job list --state running --label team=routes',
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
    const file = TAKES_FILE.has(verb) ? await readJob(words[0] ?? '', io) : NO_FILE;
    const connection = await connectServer(config, serverOptions(call, io));
    try {
      return await runVerb(verb, words[0] ?? '', { call, io, connection, json, file });
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
  /** The job that is handed in. */
  readonly file: JobFile;
}

const NO_FILE: JobFile = { job: {}, sql: '' };

async function runVerb(verb: Verb, jobId: string, job: JobCall): Promise<number> {
  const { call, io, connection } = job;
  const { server } = connection;
  switch (verb) {
    case 'submit': {
      const submitted = await handIn(job, (description) => submitJob(server, description, textOption(call, 'key')));
      return submitted === null ? EXIT.failed : takeNote(submitted, job);
    }
    case 'validate': {
      const plan = await handIn(job, (description) => validateJob(server, description));
      if (plan === null) return EXIT.failed;
      write(io, job.json ? [JSON.stringify({ statements: plan }, null, 2)] : renderJobPlan(plan, layoutOf(io)));
      return EXIT.done;
    }
    case 'backfill':
      return runBackfill(readBackfill(call, readNumber(call, 'concurrent')), describe(job), connection, io, job.json);
    case 'retry':
      return takeNote(await retryJob(server, jobId), job);
    case 'list': {
      const [state, name, limit] = [textOption(call, 'state'), textOption(call, 'name'), readNumber(call, 'limit') ?? 20];
      const jobs = await listJobs(server, { state, name, labels: readPairs(call, 'label'), limit });
      write(io, job.json ? [JSON.stringify({ jobs }, null, 2)] : renderJobs(jobs, layoutOf(io)));
      return EXIT.done;
    }
    case 'show':
      show(await fetchJob(server, jobId), job);
      return EXIT.done;
    case 'cancel':
      tell(await cancelJob(server, jobId), job);
      return EXIT.done;
    case 'pause':
      tell(await pauseJob(server, jobId), job);
      return EXIT.done;
    case 'resume':
      return takeNote(await resumeJob(server, jobId), job);
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

/** Lets the server have a job. What it says against the job is shown in the script, and null returned. */
async function handIn<Answer>(job: JobCall, send: (description: JobDescription) => Promise<Answer>): Promise<Answer | null> {
  const description = describe(job);
  try {
    return await send(description);
  } catch (error) {
    job.io.stderr.write(`${renderError(error, job.file.sql).join('\n')}\n`);
    return null;
  }
}

/** What the call says goes before what the file says. */
function describe({ call, file }: JobCall): JobDescription {
  const name = textOption(call, 'name');
  const timeoutMs = readNumber(call, 'timeout');
  const priority = textOption(call, 'priority');
  return {
    ...file.job,
    ...(name === null ? {} : { name }),
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(priority === null ? {} : { priority }),
    ...withPairs('session', readPairs(call, 'session'), file.job),
    ...withPairs('parameters', readPairs(call, 'param'), file.job),
    ...withPairs('labels', readPairs(call, 'label'), file.job),
  };
}

function withPairs(key: string, pairs: Readonly<Record<string, string>>, job: JobDescription): JobDescription {
  return Object.keys(pairs).length === 0 ? {} : { [key]: { ...(job[key] as object | undefined), ...pairs } };
}

async function takeNote(submitted: JobInfo, job: JobCall): Promise<number> {
  const { call, io, connection } = job;
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

function tell(info: JobInfo, { io, json }: JobCall): void {
  write(io, json ? [JSON.stringify(info, null, 2)] : [`Job ${info.jobId} is ${info.state}.`]);
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

function readPairs(call: CommandArguments, option: string): Readonly<Record<string, string>> {
  const given = call.options[option];
  const pairs = Array.isArray(given) ? given.map(String) : [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      if (equals < 1) throw new PlatformError('CONFIG_INVALID', `--${option} ${pair}: expected key=value`);
      return [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}
