import type { ProofOptions } from '../../test/prove/proof.ts';
import type { ServerProcess } from '../../test/support/server-process.ts';
import type { BenchClient } from './http-client.ts';

/** Media type of Arrow IPC streams. */
export const ARROW = 'application/vnd.apache.arrow.stream';

/** Which processes take part. */
export const MODE = 'gateway and engine children as processes, client in this process';

/** A server with the flights, and what parts of the benchmark need of it. */
export interface GatewayWorld {
  readonly server: ServerProcess;
  readonly client: BenchClient;
  /** Folder of the tables' files. */
  readonly warehouse: string;
  readonly options: ProofOptions;
}
