import { DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';

// Calls of one prepared statement on so many connections at once, in the process of the database: `direct-child <connections> <milliseconds>` prints calls per second.
const [connections = 1, milliseconds = 1000] = process.argv.slice(2).map(Number);
const instance = await DuckDBInstance.create(':memory:');
const statements: DuckDBPreparedStatement[] = [];
for (let each = 0; each < connections; each += 1) statements.push(await (await instance.connect()).prepare('SELECT 1'));
await call(500);
process.stdout.write(`${String(await call(milliseconds))}\n`);

async function call(durationMs: number): Promise<number> {
  const startedMs = performance.now();
  let calls = 0;
  await Promise.all(
    statements.map(async (statement) => {
      while (performance.now() - startedMs < durationMs) {
        await (await statement.run()).getRows();
        calls += 1;
      }
    }),
  );
  return (calls / (performance.now() - startedMs)) * 1000;
}
