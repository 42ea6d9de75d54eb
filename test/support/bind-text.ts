import { type BindContext, bindStatement, type BoundStatement } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { assert, type BoundQuery } from '../../spi/index.ts';
import { MemoryCatalog } from './memory-catalog.ts';

/** Makes the context in which tests bind: schema main, zone UTC, no parameters, the start of 2026-01-02. */
export function bindContext(text: string, catalog: MemoryCatalog, overrides: Partial<BindContext> = {}): BindContext {
  return {
    text,
    catalog,
    principal: { user: 'tester' },
    schema: 'main',
    timeZone: 'UTC',
    startedAtUs: '1767312000000000',
    parameters: [],
    virtualRelation: () => Promise.resolve(null),
    ...overrides,
  };
}

/** Parses and binds a statement. */
export function bindText(text: string, catalog: MemoryCatalog, overrides: Partial<BindContext> = {}): Promise<BoundStatement> {
  return bindStatement(parseStatement(text), bindContext(text, catalog, overrides));
}

/** Parses and binds a statement that must be a query. */
export async function bindQueryText(text: string, catalog: MemoryCatalog, overrides: Partial<BindContext> = {}): Promise<BoundQuery> {
  const bound = await bindText(text, catalog, overrides);
  assert('query' in bound, `not a query: ${text}`);
  return bound.query;
}

/** Makes a catalog of the tables that CREATE TABLE statements define. */
export async function catalogOf(statements: readonly string[]): Promise<MemoryCatalog> {
  const catalog = new MemoryCatalog();
  for (const statement of statements) {
    const bound = await bindText(statement, catalog);
    assert(bound.kind === 'create_table', `not a CREATE TABLE: ${statement}`);
    catalog.createTable(bound.spec);
  }
  return catalog;
}
