import { type BoundQuery, type Catalog, type LogicalPlan, PlatformError } from '../../../spi/index.ts';
import { type BoundWithReferences, bindWithReferences } from '../../../sql/bind/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { PLAN_RULES, type PlanRule, rewritePlan } from '../../../sql/plan/index.ts';
import { CORPUS_SCHEMA } from '../corpora/parquet-catalog.ts';

/** A query with its plan before the rules. */
export interface ProofQuery {
  readonly query: BoundQuery;
  /** Returns the query as it is after some of the rules. */
  after(rules: readonly PlanRule[]): BoundQuery;
}

/** Parses and binds a statement.
 *  @throws the front end's errors */
export function bindForProof(
  text: string,
  catalog: Catalog,
  schema = CORPUS_SCHEMA,
  bind: typeof bindWithReferences = bindWithReferences,
): Promise<BoundWithReferences> {
  return bind(parseStatement(text), {
    text,
    catalog,
    principal: { user: 'proof' },
    schema,
    timeZone: 'UTC',
    startedAtUs: '1700000000000000',
    parameters: [],
    virtualRelation: () => Promise.resolve(null),
  });
}

/** Parses and binds a query.
 *  @throws the front end's errors */
export async function bindQuery(text: string, catalog: Catalog): Promise<ProofQuery> {
  const bound = await bindForProof(text, catalog);
  const { statement } = bound;
  const root = bound.unruledRoot();
  if (statement.kind !== 'query' || root === null)
    throw new PlatformError('SQL_UNSUPPORTED', `A query was expected, not ${statement.kind}.`);
  const { query } = statement;
  const outputIds = query.plan.output.map((column) => column.id);
  return {
    query,
    after: (rules) => {
      const plan: LogicalPlan = { ...query.plan, root: rewritePlan(root, outputIds, rules) };
      return { ...query, plan };
    },
  };
}

/** Returns each way to leave rules out: one of them, and all. */
export function rulesLeftOut(): readonly { readonly name: string; readonly rules: readonly PlanRule[] }[] {
  return [
    ...PLAN_RULES.map(({ name }) => ({ name: `without ${name}`, rules: PLAN_RULES.filter((rule) => rule.name !== name) })),
    { name: 'without any rule', rules: [] },
  ];
}
