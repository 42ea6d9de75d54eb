import Fastify from 'fastify';

// The least that an answer over HTTP costs here: a fastify that does nothing.
const server = Fastify();
server.get('/ping', () => ({ ok: true }));
await server.listen({ port: 0, host: '127.0.0.1' });
const address = server.server.address();
process.stdout.write(`${String(typeof address === 'object' ? address?.port : 0)}\n`);
process.once('SIGTERM', () => process.exit(0));
