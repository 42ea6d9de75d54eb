import { type DataType, type Expression, outputColumns, type PlanNode, sameType, type ScanNode } from '../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  BOOLEAN,
  call,
  cast,
  col,
  DOUBLE,
  filter,
  INTEGER,
  join,
  lit,
  project,
  scan,
  type as typed,
  VARCHAR,
} from '../support/plan-builder.ts';
import { pick, type Random, TABLE_COLUMNS } from './stream-tables.ts';

const TIMESTAMP = typed('timestamp');

/** Makes random plans over the test tables `t` and `u`, of what streams have. */
export class PlanMaker {
  readonly #random: Random;
  #id = 1000;
  #scans = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Returns a plan of at most so many nodes above its scans. */
  plan(depth: number): PlanNode {
    if (depth === 0) return this.#scan();
    switch (pick(this.#random, ['filter', 'project', 'aggregate', 'distinct', 'union', 'join'] as const)) {
      case 'filter': {
        const input = this.plan(depth - 1);
        return filter(input, this.condition(input));
      }
      case 'project':
        return this.#project(this.plan(depth - 1));
      case 'aggregate':
        return this.#aggregate(this.plan(depth - 1));
      case 'distinct': {
        const input = this.plan(depth - 1);
        return {
          kind: 'distinct',
          input: project(input, ...this.#some(input).map((column) => as(this.#next(), column))),
          on: null,
          orderBy: [],
        };
      }
      case 'union':
        return this.#union(this.plan(depth - 1));
      case 'join':
        return this.#join(this.plan(depth - 1), this.plan(Math.max(0, depth - 2)));
    }
  }

  /** Returns a condition over the columns of a node. */
  condition(input: PlanNode): Expression {
    const random = this.#random;
    const one = this.#column(input);
    const compared = (): Expression =>
      call(pick(random, ['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'is_distinct_from']), [one, this.#sameTyped(input, one)]);
    switch (pick(random, ['compare', 'compare', 'and', 'or', 'not', 'null', 'in', 'like', 'true'] as const)) {
      case 'compare':
        return compared();
      case 'and':
        return call('and', [compared(), this.condition(input)]);
      case 'or':
        return call('or', [compared(), this.condition(input)]);
      case 'not':
        return call('not', [this.condition(input)]);
      case 'null':
        return call(pick(random, ['is_null', 'is_not_null']), [one]);
      case 'in':
        return {
          kind: 'in',
          argument: one,
          items: [this.#sameTyped(input, one), lit(null, one.type), this.#sameTyped(input, one)],
          type: BOOLEAN,
        };
      case 'like': {
        const text = this.#columns(input).find((column) => column.type.kind === 'varchar');
        return text === undefined
          ? compared()
          : call('like', [text, lit(pick(random, ['a%', '%b', '_', '%', 'A_%', '50!_%']), VARCHAR), ...(random() < 0.5 ? [lit('!')] : [])]);
      }
      case 'true':
        return call(pick(random, ['is_true', 'is_not_true', 'is_false', 'is_not_false']), [compared()]);
    }
  }

  /** Returns an expression whose value leaves no range for the usual values. */
  expression(input: PlanNode): Expression {
    const random = this.#random;
    const one = this.#column(input);
    const other = this.#sameTyped(input, one);
    const common: Expression[] = [
      { kind: 'case', branches: [{ when: this.condition(input), then: one }], otherwise: random() < 0.5 ? other : null, type: one.type },
      call('coalesce', [one, other], one.type),
      call('nullif', [one, other], one.type),
      call('if', [this.condition(input), one, other], one.type),
    ];
    return pick(random, [...common, ...typedExpressions(one, random)]);
  }

  #scan(): PlanNode {
    const node = this.scan();
    return this.#random() < 0.3 ? { ...node, filter: this.condition(node) } : node;
  }

  #project(input: PlanNode): PlanNode {
    const kept = this.#some(input).map((column) => as(this.#next(), column));
    return project(input, ...kept, as(this.#next(), this.expression(input)), as(this.#next(), this.expression(input)));
  }

  /** Returns a filter, a projection or nothing above a node; `kept` are columns that stay, under the ids given back. */
  reshaped(input: PlanNode, kept: readonly number[]): { readonly node: PlanNode; readonly kept: readonly number[] } {
    const roll = this.#random();
    if (roll < 0.4) return { node: input, kept };
    if (roll < 0.7) return { node: filter(input, this.condition(input)), kept };
    const columns = outputColumns(input);
    const passed = kept
      .flatMap((id) => columns.filter((column) => column.id === id))
      .map((column) => as(this.#next(), col(column.id, column.type)));
    const others = this.#some(input).map((column) => as(this.#next(), column));
    return { node: project(input, ...passed, ...others), kept: passed.map((column) => column.id) };
  }

  /** Returns groups by the expressions given and by some columns. */
  grouped(input: PlanNode, by: readonly Expression[]): PlanNode {
    const others = this.#some(input).slice(0, Math.floor(this.#random() * 3));
    return this.#aggregate(
      input,
      [...by, ...others].map((expression) => as(this.#next(), expression)),
    );
  }

  /** Returns the rows of two nodes of equal columns. */
  united(left: PlanNode, right: PlanNode): PlanNode {
    const [leftColumns, rightColumns] = [outputColumns(left), outputColumns(right)];
    return {
      kind: 'set_operation',
      operation: 'union',
      all: true,
      left,
      right,
      leftIds: leftColumns.map((column) => column.id),
      rightIds: rightColumns.map((column) => column.id),
      columns: leftColumns.map((column) => ({ id: this.#next(), name: column.name, type: column.type, nullable: true })),
    };
  }

  /** Returns a join, or the left side where the two have no columns of one type. */
  joined(left: PlanNode, right: PlanNode): PlanNode {
    return this.#join(left, right);
  }

  /** Returns a scan of either table with all columns. */
  scan(): ScanNode {
    const first = (this.#scans += 1) * 20;
    return scan(
      pick(this.#random, ['t', 'u']),
      TABLE_COLUMNS.map(([name, type], index) => [first + index, name, type]),
    );
  }

  #someGroups(input: PlanNode) {
    const random = this.#random;
    if (random() < 0.2) return [];
    return this.#some(input)
      .slice(0, 3)
      .map((column) => as(this.#next(), random() < 0.2 ? this.expression(input) : column));
  }

  #aggregate(input: PlanNode, groups = this.#someGroups(input)): PlanNode {
    const random = this.#random;
    const calls = Array.from({ length: 3 }, () => {
      const filtered = random() < 0.3 ? this.condition(input) : null;
      return agg(this.#next(), this.#aggregateCall(this.#column(input), filtered));
    });
    return aggregate(input, groups, calls);
  }

  #aggregateCall(column: Expression, condition: Expression | null) {
    const random = this.#random;
    const more = { filter: condition, distinct: false };
    const { type } = column;
    const sums: DataType | null =
      type.kind === 'integer' || type.kind === 'bigint'
        ? BIGINT
        : type.kind === 'double'
          ? DOUBLE
          : type.kind === 'decimal'
            ? { ...type, precision: 38 }
            : null;
    switch (pick(random, ['star', 'count', 'distinct', 'sum', 'avg', 'min', 'max'] as const)) {
      case 'star':
        return aggregateCall('count_star', [], BIGINT, more);
      case 'sum':
        if (sums !== null) return aggregateCall('sum', [column], sums, { ...more, distinct: random() < 0.3 });
        return aggregateCall('count', [column], BIGINT, more);
      case 'avg':
        if (sums !== null) return aggregateCall('avg', [type.kind === 'double' ? column : cast(column, DOUBLE)], DOUBLE, more);
        return aggregateCall('count', [column], BIGINT, more);
      case 'min':
        return aggregateCall('min', [column], type, more);
      case 'max':
        return aggregateCall('max', [column], type, more);
      case 'distinct':
        return aggregateCall('count', [column], BIGINT, { ...more, distinct: true });
      case 'count':
        return aggregateCall('count', [column], BIGINT, more);
    }
  }

  #union(left: PlanNode): PlanNode {
    const right = this.#scan();
    const columns = this.#columns(right);
    const pairs = this.#columns(left).flatMap((column) => {
      const other = columns.find((candidate) => sameType(candidate.type, column.type));
      return other === undefined ? [] : [{ left: column, right: other }];
    });
    if (pairs.length === 0) return left;
    return {
      kind: 'set_operation',
      operation: 'union',
      all: this.#random() < 0.7,
      left,
      right,
      leftIds: pairs.map((pair) => pair.left.id),
      rightIds: pairs.map((pair) => pair.right.id),
      columns: pairs.map((pair) => ({ id: this.#next(), name: 'x', type: pair.left.type, nullable: true })),
    };
  }

  #join(left: PlanNode, right: PlanNode): PlanNode {
    const columns = this.#columns(right);
    const pairs = this.#columns(left).flatMap((column) =>
      columns.filter((other) => sameType(other.type, column.type)).map((other) => [column, other] as const),
    );
    if (pairs.length === 0) return left;
    const equal = (): Expression => call('eq', [...pick(this.#random, pairs)]);
    const conditions = [
      equal(),
      ...(this.#random() < 0.4 ? [equal()] : []),
      ...(this.#random() < 0.4 ? [call('ne', [...pick(this.#random, pairs)])] : []),
    ];
    const [only = null] = conditions;
    if (this.#random() < 0.4) return this.#outerJoin(left, right, equal());
    return join('inner', left, right, conditions.length === 1 ? only : call('and', conditions));
  }

  /** Beside equalities an outer join's condition reads the other side only. */
  #outerJoin(left: PlanNode, right: PlanNode, equality: Expression): PlanNode {
    const joinType = pick(this.#random, ['left', 'right', 'full'] as const);
    if (joinType === 'full' || this.#random() < 0.5) return join(joinType, left, right, equality);
    return join(joinType, left, right, call('and', [equality, this.condition(joinType === 'left' ? right : left)]));
  }

  #next(): number {
    return (this.#id += 1);
  }

  #columns(input: PlanNode) {
    return outputColumns(input).map((column) => col(column.id, column.type));
  }

  #column(input: PlanNode) {
    return pick(this.#random, this.#columns(input));
  }

  #some(input: PlanNode) {
    const columns = this.#columns(input).filter(() => this.#random() < 0.4);
    return columns.length === 0 ? [this.#column(input)] : columns.slice(0, 5);
  }

  /** Returns another column of the type, or a constant of it. */
  #sameTyped(input: PlanNode, one: Expression): Expression {
    const others = this.#columns(input).filter((column) => sameType(column.type, one.type));
    const constant = CONSTANTS[one.type.kind];
    if (constant === undefined || this.#random() < 0.5) return pick(this.#random, others);
    return lit(one.type.kind === 'decimal' ? Number(constant).toFixed(one.type.scale) : constant, one.type);
  }
}

const CONSTANTS: Readonly<Partial<Record<DataType['kind'], string>>> = {
  integer: '1',
  bigint: '9007199254740993',
  double: '0.25',
  varchar: 'ab',
  decimal: '5',
  date: '2024-01-01',
  timestamp: '2024-02-29 12:34:56.789012',
};

const PARTS = ['year', 'quarter', 'month', 'week', 'iso_year', 'day', 'day_of_week', 'iso_day_of_week', 'day_of_year'];

function typedExpressions(one: Expression, random: Random): readonly Expression[] {
  switch (one.type.kind) {
    case 'integer':
      return [
        call('modulo', [one, lit(3)], INTEGER),
        call('int_divide', [one, lit(-2)], INTEGER),
        call('divide', [cast(one, DOUBLE), lit('4', DOUBLE)], DOUBLE),
        call('add', [cast(one, BIGINT), lit('4611686018427387904', BIGINT)], BIGINT),
        call('multiply', [cast(one, BIGINT), lit('4294967296', BIGINT)], BIGINT),
        cast(one, VARCHAR),
        cast(one, { kind: 'decimal', precision: 18, scale: 4 }),
      ];
    case 'bigint':
      return [
        call('modulo', [one, lit('1000', BIGINT)], BIGINT),
        call('int_divide', [one, lit('3', BIGINT)], BIGINT),
        cast(one, VARCHAR),
        cast(one, DOUBLE),
      ];
    case 'double':
      return [call('multiply', [one, lit('0.5', DOUBLE)], DOUBLE), call('negate', [one], DOUBLE), call('abs', [one], DOUBLE)];
    case 'decimal': {
      const wider = { kind: 'decimal', precision: Math.min(38, one.type.precision + 2), scale: one.type.scale } as const;
      return [
        call('add', [one, lit('1.50', { kind: 'decimal', precision: 3, scale: 2 })], wider),
        call('negate', [one], one.type),
        cast(one, { kind: 'decimal', precision: 38, scale: Math.max(0, one.type.scale - 1) }),
        cast(one, VARCHAR),
      ];
    }
    case 'varchar':
      return [
        call('lower', [one], VARCHAR),
        call('upper', [one], VARCHAR),
        call('length', [one], BIGINT),
        call('concat_op', [one, lit('x')], VARCHAR),
        call('concat', [one, lit('y'), one], VARCHAR),
        call(
          'substring',
          [one, lit(pick(random, ['-2', '0', '1', '2', '4']), BIGINT), lit(pick(random, ['-1', '0', '1', '3']), BIGINT)],
          VARCHAR,
        ),
        call('starts_with', [one, lit('a')], BOOLEAN),
      ];
    case 'boolean':
      return [call('not', [one]), cast(one, INTEGER), cast(one, VARCHAR)];
    case 'date':
      return [call(`extract_${pick(random, PARTS)}`, [one], BIGINT), cast(one, VARCHAR), cast(one, TIMESTAMP), truncated(one, random)];
    case 'timestamp':
      return [
        call(`extract_${pick(random, [...PARTS, 'hour', 'minute', 'second', 'millisecond', 'microsecond'])}`, [one], BIGINT),
        cast(one, VARCHAR),
        cast(one, typed('date')),
        truncated(one, random),
      ];
    default:
      return [];
  }
}

function truncated(one: Expression, random: Random): Expression {
  return call('date_trunc', [lit(pick(random, ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'])), one], TIMESTAMP);
}
