import { isDeepStrictEqual } from 'node:util';
import type { BoundQuery, Expression } from '../../../spi/index.ts';
import type { bindWithReferences } from '../../../sql/bind/index.ts';
import type { PlanRule } from '../../../sql/plan/index.ts';
import { importMutant, type Mutation } from '../../mutant/import-mutant.ts';
import { pick } from '../../property/stream-tables.ts';
import { differenceOf } from '../corpora/compare-answers.ts';
import { rewritePlan } from '../corpora/rewrite-plan.ts';
import type { Check } from '../proof.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import type { Arena } from './arena.ts';
import { bindForProof, bindQuery } from './bind-query.ts';
import { checkHidden } from './check-hidden.ts';
import { checkPredicates } from './check-predicates.ts';
import { QueryMaker } from './random-queries.ts';

type Fault = readonly [id: string, file: string, from: string, to: string];

/** Queries that are tried before a fault counts as unseen. */
const TRIES_MAX = 400;
/** Predicates that are tried before a fault of an engine counts as unseen. */
const PREDICATES_MAX = 150;
const SILENT = (): void => undefined;

const RULE_FAULTS: readonly Fault[] = [
  [
    'fold-comparison-with-null',
    'fold-constants.ts',
    'if (isLiteral(left, null) || isLiteral(right, null)) return nullOf(call);',
    'if (isLiteral(left, null) || isLiteral(right, null)) return truth(false);',
  ],
  ['fold-not-null', 'fold-constants.ts', '(value === null ? null : value === false)', 'value !== true'],
  [
    'fold-case-of-null',
    'fold-constants.ts',
    'if (isLiteral(branch.when, true)) {',
    "if (branch.when.kind === 'literal' && branch.when.value !== false) {",
  ],
  ['push-into-optional-side', 'push-down-filters.ts', "joinType === 'inner' || joinType === 'cross' || joinType === 'right'", 'true'],
];

const REFERENCE_FAULTS: readonly Fault[] = [
  ['references-without-views', 'bind-relation.ts', "noteUse(state, 'view', resolved.definition.name, rows);", ''],
  [
    'references-not-through-views',
    'statement-references.ts',
    'for (const use of record.uses) {',
    'for (const use of record.uses.filter((one) => one.via === null)) {',
  ],
  [
    'references-without-subqueries',
    'bind-subquery.ts',
    'context.state.rules.query(context.state, query, environment)',
    'context.state.rules.query({ ...context.state, reads: structuredClone(context.state.reads) }, query, environment)',
  ],
  ['references-without-shadowing', 'bind-relation.ts', '(environment.commonTables.get(only.name.toLowerCase()) ?? null)', 'null'],
  [
    'references-of-the-rewritten-plan',
    'finish-query.ts',
    'state.reads.queries.push(relation);',
    'state.reads.queries.push({ ...relation, plan: rewritePlan(relation.plan, relation.columns.map((column) => column.id)) });',
  ],
  ['references-without-what-is-folded', 'bind-special-form.ts', 'context.state.reads.expressions.push(bound);', ''],
];

/** Checks that seeded faults of rules, of references and of engines are caught. */
export async function checkMutants(arena: Arena, seed: number, log: (line: string) => void): Promise<Check[]> {
  const outcomes: (readonly [id: string, caught: string | null])[] = [];
  for (const [id, file, from, to] of RULE_FAULTS) {
    const { PLAN_RULES } = await mutated<{ PLAN_RULES: readonly PlanRule[] }>('plan-rules.ts', { folder: 'sql/plan', file, from, to });
    outcomes.push([id, await catchRules(arena, PLAN_RULES, seed)]);
  }
  for (const [id, file, from, to] of REFERENCE_FAULTS) {
    const mutant = await mutated<{ bindWithReferences: typeof bindWithReferences }>('index.ts', { folder: 'sql/bind', file, from, to });
    const [check] = await checkHidden(SILENT, async (sql, catalog) =>
      (await bindForProof(sql, catalog, 'main', mutant.bindWithReferences)).references(),
    );
    outcomes.push([id, check?.pass === false ? String(check.note) : null]);
  }
  for (const [id, fault] of ENGINE_FAULTS) outcomes.push([id, await catchEngine(arena, fault, seed)]);
  return outcomes.map(([id, caught]) => {
    log(`mutant ${id}: ${caught === null ? 'NOT caught' : 'caught'}`);
    return {
      id: `mutant-${id}`,
      value: caught === null ? 'not caught' : 'caught',
      unit: '',
      target: 'caught',
      pass: caught !== null,
      note: caught ?? undefined,
    };
  });
}

const mutated = <Module>(entry: string, mutation: Mutation): Promise<Module> => importMutant<Module>(entry, mutation);

/** Returns the first query whose answer differs under the rules, or null. */
async function catchRules(arena: Arena, rules: readonly PlanRule[], seed: number): Promise<string | null> {
  const random = seededRandom(seed);
  const [olap] = arena.engines;
  for (let index = 0; index < TRIES_MAX; index += 1) {
    if (index % 50 === 0) await arena.load(random, 30);
    const sql = new QueryMaker(random, random() < 0.7).query(pick(random, [0, 1]));
    const bound = await bindQuery(sql, arena.catalog);
    const other = bound.after(rules);
    if (olap === undefined || isDeepStrictEqual(other.plan, bound.query.plan)) continue;
    const [reference, answer] = [await arena.reference(sql), await olap.answer(other)];
    if ('refused' in reference || 'refused' in answer) continue;
    const difference = differenceOf(reference, answer, []);
    if (difference !== null) return `${difference}: ${sql}`;
  }
  return null;
}

type EngineFault = (query: BoundQuery) => BoundQuery;

const faultOf =
  (expression: (part: Expression) => Expression): EngineFault =>
  (query) => ({ ...query, plan: rewritePlan(query.plan, { expression }) });

/** Faults that an engine could have. */
const ENGINE_FAULTS: readonly (readonly [id: string, fault: EngineFault])[] = [
  [
    'engine-not-of-null',
    faultOf((part) => (part.kind === 'call' && part.function === 'not' ? { ...part, function: 'is_not_true' } : part)),
  ],
  [
    'engine-filter-of-equals',
    (query) => ({
      ...query,
      plan: rewritePlan(query.plan, {
        node: (node) => {
          const filter = node.kind === 'scan' ? node.filter : null;
          return node.kind === 'scan' && filter?.kind === 'call' && filter.function === 'le'
            ? { ...node, filter: { ...filter, function: 'lt' } }
            : node;
        },
      }),
    }),
  ],
];

async function catchEngine(arena: Arena, fault: EngineFault, seed: number): Promise<string | null> {
  const [olap] = arena.engines;
  if (olap === undefined) return null;
  const faulty: Arena = { ...arena, engines: [{ name: 'olap', answer: (query) => olap.answer(fault(query)) }] };
  const checks = await checkPredicates(faulty, { random: seededRandom(seed), predicates: PREDICATES_MAX, log: SILENT });
  const wrong = checks.find((check) => check.id === 'predicates-olap-wrong');
  return wrong?.pass === false ? String(wrong.note) : null;
}
