import {
  type AggregateCall,
  type DataType,
  type Expression,
  type LogicalPlan,
  outputColumns,
  PLAN_VERSION,
  type PlanNode,
  sameType,
} from '../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  BOOLEAN,
  call,
  col,
  filter,
  join,
  key,
  limit,
  lit,
  sort,
  win,
  windowCall,
} from '../support/plan-builder.ts';
import { PlanMaker } from './stream-plans.ts';
import { pick, type Random } from './stream-tables.ts';

const JOINS = ['left', 'right', 'full', 'semi', 'anti', 'inner', 'cross'] as const;

/** Makes random plans over the test tables `t` and `u` of what batches have beside streams. */
export class BatchPlanMaker {
  readonly #random: Random;
  readonly #maker: PlanMaker;
  #id = 100_000;

  constructor(random: Random) {
    this.#random = random;
    this.#maker = new PlanMaker(random);
  }

  /** Returns a whole plan of at most so many layers above what streams have. */
  whole(layers: number): LogicalPlan {
    const root = this.#node(layers);
    const output = outputColumns(root).map((column, index) => ({ ...column, name: `c${String(index)}` }));
    return { version: PLAN_VERSION, root, output };
  }

  #node(layers: number): PlanNode {
    if (layers === 0) return this.#maker.plan(Math.floor(this.#random() * 3));
    const below = this.#node(layers - 1);
    const kinds = ['join', 'join', 'window', 'set', 'first', 'subquery', 'with', 'holistic', 'sets', 'on', 'union'] as const;
    switch (pick(this.#random, kinds)) {
      case 'join':
        return this.#join(below, this.#node(0));
      case 'window':
        return this.#window(below);
      case 'set':
        return this.#setOperation(below, this.#node(0), pick(this.#random, ['intersect', 'except']), this.#random() < 0.5);
      case 'union':
        return this.#setOperation(below, this.#node(0), 'union', this.#random() < 0.5);
      case 'first':
        return limit(this.#sorted(below), Math.floor(this.#random() * 8), this.#random() < 0.3 ? 2 : null);
      case 'subquery':
        return filter(below, this.#subquery(below));
      case 'with':
        return this.#with(below);
      case 'holistic':
        return this.#holistic(below, null);
      case 'sets':
        return this.#holistic(below, [[0], []]);
      case 'on':
        return this.#distinctOn(below);
    }
  }

  #join(left: PlanNode, right: PlanNode): PlanNode {
    const joinType = pick(this.#random, JOINS);
    if (joinType === 'cross') return join('cross', limit(this.#sorted(left), 5), limit(this.#sorted(right), 5));
    const pairs = this.#pairs(left, right);
    if (pairs.length === 0) return left;
    const [one, other] = pick(this.#random, pairs);
    const same = call(this.#random() < 0.2 ? 'is_not_distinct_from' : 'eq', [one, other]);
    const keyed = this.#random() < 0.85 ? same : call('le', [one, other]);
    return join(joinType, left, right, this.#random() < 0.3 ? call('and', [keyed, this.#maker.condition(left)]) : keyed);
  }

  #window(input: PlanNode): PlanNode {
    const partitionBy = this.#random() < 0.8 ? [this.#column(input)] : [];
    const counted = windowCall('count', [this.#column(input)], BIGINT, { partitionBy });
    const ranked = windowCall('dense_rank', [], BIGINT, { partitionBy, windowOrderBy: [key(this.#column(input))] });
    return { kind: 'window', input, windows: [win(this.#next(), counted), win(this.#next(), ranked)] };
  }

  #setOperation(left: PlanNode, right: PlanNode, operation: 'union' | 'intersect' | 'except', all: boolean): PlanNode {
    const pairs = this.#pairs(left, right).slice(0, 3);
    if (pairs.length === 0) return left;
    return {
      kind: 'set_operation',
      operation,
      all,
      left,
      right,
      leftIds: pairs.map(([one]) => one.id),
      rightIds: pairs.map(([, other]) => other.id),
      columns: pairs.map(([one]) => ({ id: this.#next(), name: 'x', type: one.type, nullable: true })),
    };
  }

  /** All columns are keys, so that rows of equal keys are equal. */
  #sorted(input: PlanNode): PlanNode {
    return sort(input, ...this.#columns(input).map((column) => key(column, this.#random() < 0.5, this.#random() < 0.5)));
  }

  #subquery(input: PlanNode): Expression {
    const inner = this.#node(0);
    const pairs = this.#pairs(input, inner);
    const [pair] = pairs;
    if (pair === undefined) return lit(true);
    const [one, other] = pick(this.#random, pairs);
    switch (pick(this.#random, ['in', 'not in', 'exists', 'scalar'] as const)) {
      case 'in':
        return { kind: 'in_subquery', arguments: [one], plan: inner, columnIds: [other.id], type: BOOLEAN };
      case 'not in':
        return call('not', [{ kind: 'in_subquery', arguments: [one], plan: inner, columnIds: [other.id], type: BOOLEAN }]);
      case 'exists':
        return { kind: 'exists', plan: filter(inner, call('eq', [one, other])), type: BOOLEAN };
      case 'scalar': {
        const id = this.#next();
        const most = aggregate(inner, [], [agg(id, aggregateCall('max', [other], other.type))]);
        return call('le', [one, { kind: 'scalar_subquery', plan: most, columnId: id, type: other.type }]);
      }
    }
  }

  #with(plan: PlanNode): PlanNode {
    const columns = outputColumns(plan);
    const own = columns.map((column) => ({ ...column, id: this.#next() }));
    const reading = (): PlanNode => ({ kind: 'cte_scan', cteId: 1, columns: own.map((column) => ({ ...column, id: this.#next() })) });
    const first = reading();
    const body = this.#random() < 0.3 ? first : this.#setOperation(first, reading(), 'union', true);
    const cte = { cteId: 1, name: 'w', columns: own, plan, planIds: columns.map((column) => column.id), recursive: null };
    // The ids of nested definitions must differ, so one that holds another is left as it is.
    return JSON.stringify(plan).includes('"cte_scan"') ? plan : { kind: 'with', ctes: [{ ...cte, materialized: null }], body };
  }

  #holistic(input: PlanNode, groupingSets: readonly (readonly number[])[] | null): PlanNode {
    const groups = groupingSets !== null || this.#random() < 0.7 ? [as(this.#next(), this.#column(input))] : [];
    const column = this.#column(input);
    const calls: readonly AggregateCall[] = [
      aggregateCall('count', [column], BIGINT, { distinct: true }),
      aggregateCall('quantile_disc', [column, lit('0.5', { kind: 'double' })], column.type),
      aggregateCall('count_star', [], BIGINT, { filter: this.#maker.condition(input) }),
    ];
    const chosen = column.type.kind === 'boolean' ? calls.filter((one) => one.function !== 'quantile_disc') : calls;
    return aggregate(
      input,
      groups,
      chosen.map((one) => agg(this.#next(), one)),
      groupingSets,
    );
  }

  #distinctOn(input: PlanNode): PlanNode {
    const columns = this.#columns(input);
    return { kind: 'distinct', input, on: [pick(this.#random, columns)], orderBy: columns.map((column) => key(column)) };
  }

  #pairs(left: PlanNode, right: PlanNode): readonly (readonly [Column, Column])[] {
    const others = this.#columns(right);
    return this.#columns(left).flatMap((one) =>
      others.filter((other) => sameType(one.type, other.type)).map((other): readonly [Column, Column] => [one, other]),
    );
  }

  #columns(input: PlanNode): readonly Column[] {
    return outputColumns(input).map((column) => col(column.id, column.type));
  }

  #column(input: PlanNode): Column {
    return pick(this.#random, this.#columns(input));
  }

  #next(): number {
    return (this.#id += 1);
  }
}

interface Column {
  readonly kind: 'column';
  readonly id: number;
  readonly type: DataType;
}
