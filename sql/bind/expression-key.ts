import {
  type AggregateCall,
  type DataType,
  type Expression,
  formatType,
  type FrameBound,
  type PlanNode,
  type SortKey,
  type WindowCall,
} from '../../spi/index.ts';

/** Plans of subqueries are equal only when they are the same one: the ids of their columns are their own. */
const planNumbers = new WeakMap<PlanNode, number>();
let plansNumbered = 0;

/** Returns a text that is the same for two expressions exactly when they compute the same from the same columns, written in the same way. */
export function expressionKey(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return `#${String(expression.id)}`;
    case 'literal':
      return literalKey(expression.type, expression.value);
    case 'parameter':
      return `?${String(expression.index)}`;
    case 'call':
      return `${expression.function}:${formatType(expression.type)}(${listKey(expression.arguments)})`;
    case 'cast':
      return `${expression.safe ? 'try' : 'cast'}:${formatType(expression.type)}(${expressionKey(expression.argument)})`;
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => `${expressionKey(when)}>${expressionKey(then)}`);
      return `case:${formatType(expression.type)}(${branches.join(',')};${optionalKey(expression.otherwise)})`;
    }
    case 'in':
      return `in(${expressionKey(expression.argument)};${listKey(expression.items)})`;
    case 'struct':
      return `struct:${formatType(expression.type)}(${listKey(expression.values)})`;
    case 'field':
      return `field:${quoted(expression.name)}(${expressionKey(expression.argument)})`;
    case 'lambda': {
      const parameters = expression.parameters.map(({ id }) => String(id));
      return `lambda(${parameters.join(',')};${expressionKey(expression.body)})`;
    }
    case 'exists':
      return `exists(${planKey(expression.plan)})`;
    case 'scalar_subquery':
      return `scalar(${planKey(expression.plan)};${String(expression.columnId)})`;
    case 'in_subquery':
      return `member(${listKey(expression.arguments)};${planKey(expression.plan)};${expression.columnIds.join(',')})`;
    case 'quantified': {
      const test = `${expression.operator} ${expression.quantifier}`;
      return `${test}(${expressionKey(expression.argument)};${planKey(expression.plan)};${String(expression.columnId)})`;
    }
  }
}

/** Returns a text that is the same for equal aggregate calls. */
export function aggregateKey(call: AggregateCall): string {
  const distinct = call.distinct ? ' distinct' : '';
  return `${call.function}${distinct}:${formatType(call.type)}(${listKey(call.arguments)};${optionalKey(call.filter)};${orderKey(call.orderBy)})`;
}

/** Returns a text that is the same for equal window calls. */
export function windowKey(call: WindowCall): string {
  const { frame } = call;
  const bounds = frame === null ? '' : `${frame.unit} ${boundKey(frame.start)} ${boundKey(frame.end)} ${frame.exclude}`;
  const nulls = call.ignoreNulls ? ' ignore nulls' : '';
  return `${aggregateKey(call)}${nulls} over (${listKey(call.partitionBy)};${orderKey(call.windowOrderBy)};${bounds})`;
}

function literalKey(type: DataType, value: string | boolean | null): string {
  return `${formatType(type)} ${typeof value === 'string' ? quoted(value) : String(value)}`;
}

/** The length in front tells where the text ends. */
const quoted = (text: string): string => `${String(text.length)}'${text}'`;

const listKey = (expressions: readonly Expression[]): string => {
  const [first, ...more] = expressions;
  return first === undefined ? '' : more.length === 0 ? expressionKey(first) : expressions.map(expressionKey).join(',');
};

const optionalKey = (expression: Expression | null): string => (expression === null ? '' : expressionKey(expression));

const orderKey = (keys: readonly SortKey[]): string =>
  keys
    .map(({ expression, descending, nullsFirst }) => `${expressionKey(expression)} ${String(descending)} ${String(nullsFirst)}`)
    .join(',');

const boundKey = (bound: FrameBound): string => ('offset' in bound ? `${bound.kind} ${expressionKey(bound.offset)}` : bound.kind);

function planKey(plan: PlanNode): string {
  let number = planNumbers.get(plan);
  if (number === undefined) {
    plansNumbered += 1;
    number = plansNumbered;
    planNumbers.set(plan, number);
  }
  return `plan ${String(number)}`;
}
