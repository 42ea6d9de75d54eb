import { type Client, Pool } from 'pg';
import { type ConnectorHost, PlatformError } from '../../spi/index.ts';
import { postgresError } from './postgres-error.ts';

/** Units: milliseconds until a server that does not answer counts as out of reach. */
const CONNECT_MS = 10_000;

/** Connections of one database, which come to be as they are needed. */
export interface PostgresPool {
  /** Returns a connection that reads constants as this host writes them, whatever the database's settings are. @throws CONNECTOR_UNAVAILABLE */
  connect(): Promise<Client>;
  end(): Promise<void>;
}

/** Opens a pool of at most so many connections. */
export function openPool(
  config: Readonly<Record<string, string | number | boolean>>,
  max: number,
  { catalog, log }: ConnectorHost,
): PostgresPool {
  const pool = new Pool({
    host: String(config['host']),
    port: Number(config['port']),
    database: String(config['database']),
    user: String(config['user']),
    password: config['password'] === undefined ? undefined : String(config['password']),
    max,
    connectionTimeoutMillis: CONNECT_MS,
  });
  // A connection that breaks while nobody uses it is replaced; this is no failure of a statement.
  pool.on('error', (error) => {
    log.warn({ catalog, error: error.message }, 'a connection to PostgreSQL broke');
  });
  // One that breaks in use tells the statement so, by its command; without a listener the event would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return { connect: () => connect(pool, catalog), end: () => pool.end() };
}

async function connect(pool: Pool, catalog: string): Promise<Client> {
  let client: Client;
  try {
    client = await pool.connect();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlatformError('CONNECTOR_UNAVAILABLE', `PostgreSQL (catalog '${catalog}') cannot be reached: ${reason}`, { cause: error });
  }
  try {
    await client.query("SET TIME ZONE 'UTC'; SET datestyle = 'ISO, YMD'; SET standard_conforming_strings = on");
    return client;
  } catch (error) {
    client.release(true);
    throw postgresError(catalog, error);
  }
}
