import { changeEngine, listEngines, type ListedEngine } from '../client/engine-client.ts';
import { readPercent, runInstall } from '../engine/install-engine.ts';
import { runNew } from '../engine/new-engine.ts';
import { runTrace } from '../engine/trace-engine.ts';
import { renderEngines } from '../format/print-engines.ts';
import { connectServer, type ServerConnection } from '../server/connect-server.ts';
import { type Command, type CommandArguments, type CommandIo, CONFIG_OPTIONS, EXIT, SERVER_OPTIONS, serverOptions } from './command.ts';
import { readConfig } from './read-config.ts';

/** Verbs with the number of words that follow. */
const VERBS = { new: 1, list: 0, install: 1, drain: 1, remove: 1, promote: 1, canary: 2, trace: 1 } as const;
type Verb = keyof typeof VERBS;

const USAGE =
  'new <folder> | list | install <folder|.tgz> | canary <name> <percent> | promote <name> | drain <name> | remove <name> | trace <name> [options]';

/** `trivium engine` */
export const engineCommand: Command = {
  name: 'engine',
  summary: 'List, install, try out and remove engines of a running server',
  usage: USAGE,
  options: {
    ...CONFIG_OPTIONS,
    ...SERVER_OPTIONS,
    canary: { type: 'string', value: 'percent', help: 'install: beside the engine of its name, for this share of its statements' },
    host: { type: 'string', value: 'kind', help: 'install: process (default), worker, or in-process' },
    'memory-mb': { type: 'string', value: 'MiB', help: 'install: what it may use in its process or thread (default: 1024)' },
    network: { type: 'boolean', help: 'install: its process may reach the network' },
    'engine-config': { type: 'string', value: 'json', help: 'install: its configuration, a JSON object' },
    check: { type: 'boolean', help: 'install: level 1 of engine-tck must pass before it serves' },
    values: { type: 'boolean', help: 'trace: also literals, parameters, places of files and texts of errors' },
    json: { type: 'boolean', help: 'trace: whole messages as JSON, one a line' },
    seconds: { type: 'string', value: 'n', help: 'trace: how long (default: until it is interrupted)' },
    yes: { type: 'boolean', short: 'y', help: 'install: do not ask' },
  },
  examples: [
    'trivium engine list',
    'trivium engine new ./my-engine',
    'trivium engine install ./my-engine --check',
    'trivium engine install ./my-engine-2.0.0.tgz --canary 5% --yes',
    'trivium engine promote my_engine',
    'trivium engine trace my_engine --seconds 30',
  ],
  run: async (call, io) => {
    const [given = '', ...words] = call.words;
    const verb = (Object.keys(VERBS) as Verb[]).find((known) => known === given);
    if (verb === undefined || words.length !== VERBS[verb]) {
      io.stderr.write(`trivium engine: expected ${USAGE}\n`);
      return EXIT.usage;
    }
    if (verb === 'new') return runNew(words[0] ?? '', io);
    const connection = await connectServer(readConfig(call, io).config, serverOptions(call, io));
    try {
      return await runVerb(verb, words, call, io, connection);
    } finally {
      await connection.close();
    }
  },
};

async function runVerb(
  verb: Exclude<Verb, 'new'>,
  [name = '', percent = '']: readonly string[],
  call: CommandArguments,
  io: CommandIo,
  { server }: ServerConnection,
): Promise<number> {
  const show = (engines: readonly ListedEngine[]): number => {
    io.stdout.write(`${renderEngines(engines, { widthMax: io.stdout.isTTY ? io.stdout.columns : 160 }).join('\n')}\n`);
    return EXIT.done;
  };
  switch (verb) {
    case 'list':
      return show(await listEngines(server));
    case 'install':
      return runInstall(name, call, io, server);
    case 'trace':
      return runTrace(name, call, io, server);
    case 'canary':
      return show(await changeEngine(server, name, { canary: String(readPercent(percent)) }));
    case 'drain':
    case 'remove':
    case 'promote':
      return show(await changeEngine(server, name, verb));
  }
}
