import type { ScanNode } from '../../spi/index.ts';
import { INTEGER, scan, VARCHAR } from './plan-builder.ts';
import { testConnection } from './print-and-run.ts';

/** Makes the tables `users` and `orders` in the connection of the tests: a user without a name, and an order without a user. */
export async function createUserTables(): Promise<void> {
  const connection = await testConnection();
  await connection.run("CREATE TABLE users AS SELECT * FROM (VALUES (1, 'ann'), (2, 'bob'), (3, NULL)) AS t(id, name)");
  await connection.run('CREATE TABLE orders AS SELECT * FROM (VALUES (1, 10), (1, 20), (2, 5), (9, 1)) AS t("user", amount)');
}

/** Reads the users: id as column 1, name as 2. */
export function users(): ScanNode {
  return scan('users', [
    [1, 'id', INTEGER],
    [2, 'name', VARCHAR],
  ]);
}
