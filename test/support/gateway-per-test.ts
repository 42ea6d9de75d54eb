import { afterEach } from 'vitest';
import { type MemoryGateway, startMemoryGateway } from './memory-gateway.ts';

/** Returns what starts gateways for the tests of a file; they are closed after the test that started them. */
export function gatewayPerTest(): typeof startMemoryGateway {
  const servers: MemoryGateway[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return async (...options) => {
    const server = await startMemoryGateway(...options);
    servers.push(server);
    return server;
  };
}
