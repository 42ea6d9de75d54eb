import { callServer } from '../../client/index.ts';
import { PlatformError } from '../../spi/index.ts';
import type { TokenInfo } from '../../sql-gateway/index.ts';
import { renderTable } from '../format/render-table.ts';
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

const USAGE = 'create --user <name> [--scope read,write] [--expires 30d] | list | revoke <id> [options]';

/** Units: seconds of a unit of time. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `trivium token` */
export const tokenCommand: Command = {
  name: 'token',
  summary: 'Make, list and revoke the tokens with which users ask',
  usage: USAGE,
  options: {
    ...CONFIG_OPTIONS,
    ...SERVER_OPTIONS,
    token: { type: 'string', value: 'text', help: 'API token of an administrator' },
    user: { type: 'string', value: 'name', help: 'create: whose token it is; CREATE USER makes users' },
    scope: { type: 'string', value: 'list', help: 'create: what it is for, of read, write and admin (default: read)' },
    expires: { type: 'string', value: 'time', help: 'create: how long it is valid, such as 12h or 30d (default: without an end)' },
  },
  examples: [
    'trivium token create --user ada --scope read,write --expires 30d',
    'trivium token list',
    'trivium token revoke 0123456789abcdef',
  ],
  run: async (call, io) => {
    const [verb = '', ...words] = call.words;
    const user = textOption(call, 'user');
    const wellFormed =
      verb === 'revoke' ? words.length === 1 : words.length === 0 && (verb === 'list' || (verb === 'create' && user !== null));
    if (!wellFormed) {
      io.stderr.write(`trivium token: expected ${USAGE}\n`);
      return EXIT.usage;
    }
    const body = verb === 'create' ? { user, scopes: readScopes(call), expiresInSeconds: readExpiry(call) } : {};
    const connection = await connectServer(readConfig(call, io).config, serverOptions(call, io));
    try {
      if (verb === 'create') await create(body, connection, io);
      else if (verb === 'list') await list(connection, io);
      else await revoke(words[0] ?? '', connection, io);
      return EXIT.done;
    } finally {
      await connection.close();
    }
  },
};

async function create(body: object, { server }: ServerConnection, io: CommandIo): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } as const;
  const made = (await (await callServer(server, '/v1/tokens', init)).json()) as TokenInfo & { readonly token: string };
  // The secret alone goes to the output, so that a script can take it.
  io.stderr.write(`Token ${made.id} of ${made.user} for ${made.scopes.join(', ')}; it is shown this once.\n`);
  io.stdout.write(`${made.token}\n`);
}

async function list({ server }: ServerConnection, io: CommandIo): Promise<void> {
  const { tokens } = (await (await callServer(server, '/v1/tokens', { method: 'GET' })).json()) as {
    readonly tokens: readonly TokenInfo[];
  };
  const columns = ['token', 'user', 'scopes', 'created', 'expires'].map((name) => ({ name, align: 'left' as const }));
  const instant = (atMs: number | null): string => (atMs === null ? 'never' : new Date(atMs).toISOString());
  const rows = tokens.map(({ id, user, scopes, createdAtMs, expiresAtMs }) => [
    id,
    user,
    scopes.join(', '),
    instant(createdAtMs),
    instant(expiresAtMs),
  ]);
  io.stdout.write(`${renderTable(columns, rows, { widthMax: io.stdout.isTTY ? io.stdout.columns : 160 }).join('\n')}\n`);
}

async function revoke(id: string, { server }: ServerConnection, io: CommandIo): Promise<void> {
  await (await callServer(server, `/v1/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' })).text();
  io.stdout.write(`Token ${id} is revoked.\n`);
}

function readScopes(call: CommandArguments): readonly string[] {
  return (textOption(call, 'scope') ?? 'read').split(',').map((scope) => scope.trim());
}

function readExpiry(call: CommandArguments): number | null {
  const given = textOption(call, 'expires');
  if (given === null) return null;
  const [, count, unit = ''] = /^([1-9]\d{0,6})([smhd])$/.exec(given) ?? [];
  if (count !== undefined) return Number(count) * (UNIT_SECONDS[unit] ?? 1);
  throw new PlatformError('CONFIG_INVALID', `--expires ${given}: expected a number with s, m, h or d, such as 30d`);
}
