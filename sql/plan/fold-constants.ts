import {
  type CallExpression,
  type CaseExpression,
  type CastExpression,
  type DataType,
  type Expression,
  type InExpression,
  type LiteralExpression,
  mapInputs,
  mapNodeExpressions,
  mapOperands,
  type PlanNode,
  sameType,
  withPlan,
} from '../../spi/index.ts';
import { compareConstants } from './compare-constants.ts';
import { computeInteger } from './compute-integer.ts';

/** Computes what is constant and decided by this code alone: logic with its NULLs, comparisons of exact types, arithmetic of integers within their
 *  range, CASE and its kin. A filter that is always true goes away.
 *  Guarantees: an expression that may raise an error is never computed; the types of all columns stay. */
export function foldConstants(root: PlanNode): PlanNode {
  const folded = mapNodeExpressions(mapInputs(root, foldConstants), fold);
  return folded.kind === 'filter' && isLiteral(folded.predicate, true) ? folded.input : folded;
}

/** Returns an expression with its constant parts, and those of its subqueries, computed; itself when there are none. */
function fold(expression: Expression): Expression {
  const { kind } = expression;
  if (kind === 'column' || kind === 'literal') return expression;
  const inside = mapOperands(expression, fold);
  // An operand may be of a type that only a cast of the engine makes that of the whole.
  const folded = foldOne(inside);
  return folded !== null && sameType(folded.type, expression.type) ? folded : inside;
}

/** What has operands is computed, or null; a subquery has its plan folded. */
function foldOne(expression: Expression): Expression | null {
  switch (expression.kind) {
    case 'call':
      return RULES.get(expression.function)?.(expression) ?? null;
    case 'case':
      return foldCase(expression);
    case 'in':
      return foldIn(expression);
    case 'cast':
      return foldCast(expression);
    case 'scalar_subquery':
    case 'exists':
    case 'in_subquery':
    case 'quantified': {
      const plan = foldConstants(expression.plan);
      return plan === expression.plan ? null : withPlan(expression, plan);
    }
    default:
      return null;
  }
}

const NESTED_KINDS: readonly DataType['kind'][] = ['list', 'map', 'struct'];
const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;

type Rule = (call: CallExpression) => Expression | null;

const isLiteral = (expression: Expression | undefined, value: LiteralExpression['value']): boolean =>
  expression?.kind === 'literal' && expression.value === value;

const isNoLiteral = (expression: Expression): boolean => expression.kind !== 'literal';

const truth = (value: boolean | null): LiteralExpression => ({ kind: 'literal', type: { kind: 'boolean' }, value });

const callOf = ({ function: name, type }: CallExpression, operands: readonly Expression[]): CallExpression => ({
  kind: 'call',
  function: name,
  arguments: operands,
  type,
});

const nullOf = ({ type }: Expression): LiteralExpression => ({ kind: 'literal', type, value: null });

/** An operand that is no constant may still raise an error; one that decides nothing is never evaluated by SQL's own rules. */
function connective(decisive: boolean): Rule {
  return (call) => {
    if (call.arguments.length > 1 && call.arguments.every(isNoLiteral)) return null;
    if (call.arguments.some((argument) => isLiteral(argument, decisive))) return truth(decisive);
    const rest = call.arguments.filter((argument) => !isLiteral(argument, !decisive));
    const [first, ...more] = rest;
    if (first === undefined) return truth(!decisive);
    if (more.length === 0) return first;
    if (rest.every((argument) => isLiteral(argument, null))) return nullOf(call);
    return rest.length === call.arguments.length ? null : callOf(call, rest);
  };
}

/** A rule for one constant operand. */
function ofConstant(compute: (value: LiteralExpression['value']) => boolean | null): Rule {
  return ({ arguments: [operand] }) => (operand?.kind === 'literal' ? truth(compute(operand.value)) : null);
}

function comparison(holds: (order: number) => boolean): Rule {
  return (call) => {
    const [left, right] = call.arguments;
    if (isLiteral(left, null) || isLiteral(right, null)) return nullOf(call);
    const order = left?.kind === 'literal' && right?.kind === 'literal' ? compareConstants(left, right) : null;
    return order === null ? null : truth(holds(order));
  };
}

function distinctness(whenEqual: boolean): Rule {
  return ({ arguments: [left, right] }) => {
    if (left?.kind !== 'literal' || right?.kind !== 'literal') return null;
    if (left.value === null || right.value === null) return truth((left.value === right.value) === whenEqual);
    const order = compareConstants(left, right);
    return order === null ? null : truth((order === 0) === whenEqual);
  };
}

const arithmetic: Rule = (call) => {
  if (call.arguments.some((argument) => isLiteral(argument, null))) return nullOf(call);
  const value = computeInteger(call);
  return value === null ? null : { kind: 'literal', type: call.type, value };
};

const coalesce: Rule = (call) => {
  const rest: Expression[] = [];
  for (const argument of call.arguments) {
    if (!isLiteral(argument, null)) rest.push(argument);
    if (argument.kind === 'literal' && argument.value !== null) break;
  }
  const [first, ...more] = rest;
  if (first === undefined) return nullOf(call);
  if (more.length === 0) return first;
  return rest.length === call.arguments.length ? null : callOf(call, rest);
};

const nullif: Rule = (call) => {
  const [value, other] = call.arguments;
  if (value === undefined || isLiteral(value, null)) return nullOf(call);
  if (isLiteral(other, null)) return value;
  const order = value.kind === 'literal' && other?.kind === 'literal' ? compareConstants(value, other) : null;
  return order === null ? null : order === 0 ? nullOf(call) : value;
};

const choice: Rule = (call) => {
  const [condition, yes, no] = call.arguments;
  if (condition?.kind !== 'literal') return null;
  return (condition.value === true ? yes : no) ?? nullOf(call);
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>(
  Object.entries({
    and: connective(false),
    or: connective(true),
    not: ofConstant((value) => (value === null ? null : value === false)),
    is_null: ofConstant((value) => value === null),
    is_not_null: ofConstant((value) => value !== null),
    is_true: ofConstant((value) => value === true),
    is_not_true: ofConstant((value) => value !== true),
    is_false: ofConstant((value) => value === false),
    is_not_false: ofConstant((value) => value !== false),
    eq: comparison((order) => order === 0),
    ne: comparison((order) => order !== 0),
    lt: comparison((order) => order < 0),
    le: comparison((order) => order <= 0),
    gt: comparison((order) => order > 0),
    ge: comparison((order) => order >= 0),
    is_distinct_from: distinctness(false),
    is_not_distinct_from: distinctness(true),
    add: arithmetic,
    subtract: arithmetic,
    multiply: arithmetic,
    int_divide: arithmetic,
    modulo: arithmetic,
    negate: arithmetic,
    coalesce,
    nullif,
    if: choice,
  }),
);

/** Whole numbers become wider or text, dates timestamps. */
function foldCast({ argument, type }: CastExpression): LiteralExpression | null {
  if (argument.kind !== 'literal' || NESTED_KINDS.includes(type.kind)) return null;
  const { value } = argument;
  const from = argument.type.kind;
  if (value === null) return { kind: 'literal', type, value };
  const isWhole = from === 'integer' || from === 'bigint';
  if (from === 'integer' && type.kind === 'bigint') return { kind: 'literal', type, value };
  if (isWhole && type.kind === 'varchar') return { kind: 'literal', type, value };
  const isDate = from === 'date' && type.kind === 'timestamp' && typeof value === 'string' && PLAIN_DATE.test(value);
  return isDate ? { kind: 'literal', type, value: `${value} 00:00:00` } : null;
}

/** Branches that are never taken go away; what follows one that is always taken does too. */
function foldCase(expression: CaseExpression): Expression | null {
  const branches: CaseExpression['branches'][number][] = [];
  let { otherwise } = expression;
  for (const branch of expression.branches) {
    if (isLiteral(branch.when, true)) {
      otherwise = branch.then;
      break;
    }
    if (branch.when.kind !== 'literal') branches.push(branch);
  }
  if (branches.length === 0) return otherwise ?? nullOf(expression);
  return branches.length === expression.branches.length && otherwise === expression.otherwise
    ? null
    : { ...expression, branches, otherwise };
}

function foldIn({ argument, items }: InExpression): Expression | null {
  if (items.length === 0 || argument.kind !== 'literal') return null;
  if (argument.value === null) return truth(null);
  let unknown = false;
  for (const item of items) {
    if (item.kind !== 'literal') return null;
    const order = item.value === null ? null : compareConstants(argument, item);
    if (order === 0) return truth(true);
    if (order !== null) continue;
    if (item.value !== null) return null;
    unknown = true;
  }
  return truth(unknown ? null : false);
}
