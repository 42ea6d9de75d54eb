import { type BoundQuery, type Catalog, type Expression, planRequirements, type PlanNode, walkPlan } from '../../spi/index.ts';
import type { RouteFeature, RouteRule, RuleCondition } from './route-rule.ts';

/** What rules look at. Numbers are null when nobody can tell. */
export interface StatementFeatures {
  readonly kind: 'query' | 'write';
  readonly user: string;
  /** `schema.table` of every table read. */
  readonly tables: readonly string[];
  /** Parts of the plan such as `aggregate`, `join`, `window`, and `point_lookup`. */
  readonly plan: ReadonlySet<string>;
  readonly inputRows: number | null;
  readonly inputBytes: number | null;
  readonly memoryBytes: number | null;
}

/** Returns what rules may look at. Sizes of tables are looked up only when a rule asks for them. */
export async function featuresOf(
  query: BoundQuery,
  kind: StatementFeatures['kind'],
  facts: { readonly rules: readonly RouteRule[]; readonly catalog: Pick<Catalog, 'resolve'>; readonly memoryBytes: number | null },
): Promise<StatementFeatures> {
  const needs = (...features: readonly RouteFeature[]): boolean =>
    facts.rules.some((rule) => rule.when.some((condition) => features.includes(condition.feature)));
  const input = needs('input_rows', 'input_bytes') ? await inputOf(query, facts.catalog) : { rows: null, bytes: null };
  return {
    kind,
    user: query.principal.user,
    tables: query.snapshots.map(({ table }) => `${table.schema}.${table.name}`.toLowerCase()),
    plan: needs('feature') ? planFeaturesOf(query) : new Set(),
    inputRows: input.rows,
    inputBytes: input.bytes,
    memoryBytes: facts.memoryBytes,
  };
}

/** Returns the first rule all of whose conditions the statement meets. */
export function findRule(rules: readonly RouteRule[], features: StatementFeatures): RouteRule | null {
  return rules.find((rule) => rule.when.every((condition) => meets(condition, features))) ?? null;
}

function meets({ feature, operator, value }: RuleCondition, features: StatementFeatures): boolean {
  const wanted = value.toLowerCase();
  switch (feature) {
    case 'kind':
      return (features.kind === wanted) === (operator === '=');
    case 'user':
      return (features.user === value) === (operator === '=');
    case 'table':
      return features.tables.includes(wanted) === (operator === '=');
    case 'feature':
      return features.plan.has(wanted) === (operator === '=');
    case 'input_rows':
      return compare(features.inputRows, operator, Number(value));
    case 'input_bytes':
      return compare(features.inputBytes, operator, Number(value));
    case 'memory_bytes':
      return compare(features.memoryBytes, operator, Number(value));
  }
}

function compare(left: number | null, operator: RuleCondition['operator'], right: number): boolean {
  if (left === null) return false;
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

async function inputOf(query: BoundQuery, catalog: Pick<Catalog, 'resolve'>): Promise<{ rows: number | null; bytes: number | null }> {
  let rows: number | null = 0;
  let bytes: number | null = 0;
  for (const { table, snapshotId } of query.snapshots) {
    if (snapshotId === null) continue;
    const found = await catalog.resolve(table, { kind: 'snapshot', snapshotId });
    const known = found?.kind === 'table' ? found : { rows: null, bytes: null };
    rows = rows === null || known.rows === null ? null : rows + known.rows;
    bytes = bytes === null || known.bytes === null ? null : bytes + known.bytes;
  }
  return { rows, bytes };
}

const SCALING: ReadonlySet<PlanNode['kind']> = new Set(['join', 'aggregate', 'window', 'set_operation', 'distinct']);

function planFeaturesOf(query: BoundQuery): ReadonlySet<string> {
  const features = new Set<string>(planRequirements(query.plan).features);
  const nodes: PlanNode[] = [];
  walkPlan(query.plan.root, {
    node: (node) => {
      nodes.push(node);
    },
  });
  const selective = nodes.some((node) => node.kind === 'scan' && node.filter !== null && fixesColumn(node.filter));
  if (selective && !nodes.some(({ kind }) => SCALING.has(kind))) features.add('point_lookup');
  return features;
}

/** Whether a column must equal a constant. */
function fixesColumn(filter: Expression): boolean {
  if (filter.kind !== 'call') return false;
  if (filter.function === 'and') return filter.arguments.some(fixesColumn);
  if (filter.function !== 'eq') return false;
  const kinds = filter.arguments.map((argument) => argument.kind);
  return kinds.includes('column') && (kinds.includes('literal') || kinds.includes('parameter'));
}
