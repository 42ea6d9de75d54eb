import { DuckDBInstance } from '@duckdb/node-api';
import { PlatformError } from '../../../spi/index.ts';

/** What DuckDB says that a statement reads. */
export interface DuckdbReads {
  /** Names of tables, with views seen through. */
  readonly tables: readonly string[];
  /** `table.column` of the unoptimized plan. */
  readonly columns: readonly string[];
  /** Canonical names of the functions of the unoptimized plan. */
  readonly functions: ReadonlySet<string>;
}

/** DuckDB over the definitions of tables and views. */
export interface DuckdbBinder {
  /** Returns null where DuckDB has no plan for what it says it does not support, as some correlated subqueries.
   *  @throws SQL_UNSUPPORTED where it has none for another reason */
  readsOf(sql: string): Promise<DuckdbReads | null>;
  close(): void;
}

/** Opens DuckDB with what the statements define. */
export async function openDuckdbBinder(definitions: readonly string[]): Promise<DuckdbBinder> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const definition of definitions) await connection.run(definition);
  return {
    async readsOf(sql) {
      const [[json] = []] = (
        await connection.runAndReadAll(`SELECT json_serialize_plan('${sql.replaceAll("'", "''")}', optimize := false)`)
      ).getRows();
      const plan = JSON.parse(String(json)) as { error: boolean; error_message?: string; plans?: unknown };
      if (plan.error && /^Unsupported join type for flattening/.test(String(plan.error_message))) return null;
      if (plan.error) throw new PlatformError('SQL_UNSUPPORTED', `DuckDB has no plan: ${String(plan.error_message)}`);
      const columns = new Set<string>();
      const functions = new Set<string>();
      collect(plan.plans, columns, functions);
      const named = connection.getTableNames(sql, false);
      // It names no tables of some queries that order by an aggregate without groups; the plan has their scans.
      const tables = named.length > 0 ? named : [...columns].map((column) => column.replace(/\..*/, ''));
      return { tables: [...new Set(tables)].sort(), columns: [...columns].sort(), functions };
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

function collect(value: unknown, columns: Set<string>, functions: Set<string>): void {
  if (Array.isArray(value)) {
    for (const part of value) collect(part, columns, functions);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Json;
  if (node['type'] === 'LOGICAL_GET') addScan(node, columns, functions);
  const name = functionName(node);
  if (name !== null) functions.add(name);
  if (Array.isArray(node['grouping_functions']) && node['grouping_functions'].length > 0) functions.add('grouping');
  for (const part of Object.values(node)) collect(part, columns, functions);
}

function addScan(node: Json, columns: Set<string>, functions: Set<string>): void {
  const { table } = (node['function_data'] ?? {}) as { table?: string };
  const names = node['names'] as readonly string[];
  if (table === undefined) {
    functions.add(String(node['name']));
    return;
  }
  // A count reads the number of the row, which is no column of the table.
  for (const { index } of node['column_indexes'] as readonly { index: number }[]) {
    if (names[index] !== undefined) columns.add(`${table}.${names[index]}`);
  }
}

const WINDOW_NAMES: Readonly<Record<string, string>> = { rank_dense: 'dense_rank' };

function functionName(node: Json): string | null {
  switch (node['expression_class']) {
    case 'BOUND_FUNCTION':
      return scalarName(node);
    case 'BOUND_AGGREGATE':
      return String(node['name']);
    case 'BOUND_WINDOW': {
      const type = String(node['type']).replace('WINDOW_', '').toLowerCase();
      if (type !== 'aggregate') return WINDOW_NAMES[type] ?? type;
      return node['name'] === 'count' && (node['children'] as readonly Json[]).length === 0 ? 'count_star' : String(node['name']);
    }
    case 'BOUND_OPERATOR':
      return node['type'] === 'OPERATOR_COALESCE' ? 'coalesce' : null;
    default:
      return null;
  }
}

/** Canonical names of DuckDB's functions where they differ. */
const SCALARS: Readonly<Record<string, string>> = {
  '+': 'add',
  '*': 'multiply',
  '/': 'divide',
  '//': 'int_divide',
  '%': 'modulo',
  mod: 'modulo',
  '||': 'concat_op',
  '~~': 'like',
  '!~~': 'like',
  prefix: 'starts_with',
  pow: 'power',
};

function scalarName(node: Json): string {
  const name = String(node['name']);
  const operands = node['children'] as readonly Json[];
  if (name === '-') return operands.length === 1 ? 'negate' : 'subtract';
  if (name === 'date_part') {
    const [part] = operands as readonly { value?: { value?: unknown } }[];
    return `extract_${String(part?.value?.value).toLowerCase()}`;
  }
  return SCALARS[name] ?? name;
}
