import type { ServerTrust } from './trusting-fetch.ts';

/** A server and the right to use it. */
export interface ServerAddress {
  readonly url: string;
  /** The API token; null for a server without tokens. */
  readonly token: string | null;
  /** Whom an https server is believed; the authorities that the system knows when left out. */
  readonly trust?: ServerTrust;
  /** Whether results are compressed on their way, for slow networks. */
  readonly compress?: boolean;
  /** How often a request that the server or the network turned away is sent again; 0 when left out. */
  readonly retriesMax?: number;
}
