import { assert, type CallExpression, type CastExpression, type DataType, type Expression, PlatformError } from '../../../spi/index.ts';
import { type ColumnKind, columnKind } from '../changelog/column.ts';
import type { CodeWriter, Snippet } from './code-writer.ts';
import { literalConstant } from './literal-constant.ts';

/** What gives expressions their meaning beside themselves. */
export interface ExpressionSettings {
  readonly timeZone: string;
}

/** Writes the code of one scalar function. */
export type CallCompiler = (compiler: ExpressionCompiler, call: CallExpression) => Snippet;

/** How calls and casts are written. */
export interface ExpressionRules {
  readonly functions: ReadonlyMap<string, CallCompiler>;
  readonly cast: (compiler: ExpressionCompiler, cast: CastExpression) => Snippet;
}

/** Writes expressions as code of a loop over rows. */
export class ExpressionCompiler {
  readonly writer: CodeWriter;
  readonly settings: ExpressionSettings;
  readonly #rules: ExpressionRules;
  readonly #columns: ReadonlyMap<number, Snippet>;

  /** `columns` tells where the values of the columns in scope are. */
  constructor(writer: CodeWriter, settings: ExpressionSettings, rules: ExpressionRules, columns: ReadonlyMap<number, Snippet>) {
    this.writer = writer;
    this.settings = settings;
    this.#rules = rules;
    this.#columns = columns;
  }

  /** Writes the code of an expression ahead of what follows and returns where its value is.
   *  @throws ENGINE_UNSUPPORTED */
  compile(expression: Expression): Snippet {
    columnKind(expression.type);
    switch (expression.kind) {
      case 'column': {
        const column = this.#columns.get(expression.id);
        if (column === undefined) throw unsupported('correlated columns');
        return column;
      }
      case 'literal':
        if (expression.value === null) return { value: zeroOf(expression.type), isNull: 'true' };
        return { value: this.writer.constant(literalConstant(expression)), isNull: 'false' };
      case 'call': {
        const compile = this.#rules.functions.get(expression.function);
        if (compile === undefined) throw unsupported(`function '${expression.function}'`);
        return compile(this, expression);
      }
      case 'cast':
        return this.#rules.cast(this, expression);
      case 'case':
        return this.choose(
          expression.branches.map((branch) => [branch.when, branch.then]),
          expression.otherwise,
          expression.type,
        );
      case 'in':
        return this.#compileIn(expression.argument, expression.items);
      default:
        throw unsupported(`expressions of kind '${expression.kind}'`);
    }
  }

  /** Writes a function that is NULL exactly when an operand is, and is computed only when none is. */
  strict(operands: readonly Expression[], type: DataType, compute: (...values: string[]) => string): Snippet {
    return this.strictOver(
      operands.map((operand) => this.compile(operand)),
      type,
      compute,
    );
  }

  /** As `strict`, over operands that are compiled already. */
  strictOver(operands: readonly Snippet[], type: DataType, compute: (...values: string[]) => string): Snippet {
    const isNull = anyOf(operands.map((operand) => operand.isNull));
    const values = operands.map((operand) => operand.value);
    if (isNull === 'true') return { value: zeroOf(type), isNull };
    if (isNull === 'false') return { value: this.writer.variable(compute(...values)), isNull };
    const name = this.writer.name('n');
    this.writer.line(`const ${name} = ${isNull};`);
    return { value: this.writer.variable(`${name} ? ${zeroOf(type)} : ${compute(...values)}`), isNull: name };
  }

  /** Writes the first branch whose condition is true; later ones are not computed then. */
  choose(branches: readonly (readonly [Expression, Expression])[], otherwise: Expression | null, type: DataType): Snippet {
    const { writer } = this;
    const value = writer.variable(zeroOf(type));
    const isNull = writer.variable('true');
    for (const [when, then] of branches) {
      const condition = this.compile(when);
      writer.line(`if (${isTrue(condition)}) {`);
      this.#assign(value, isNull, then);
      writer.line('} else {');
    }
    if (otherwise !== null) this.#assign(value, isNull, otherwise);
    writer.line('}'.repeat(branches.length));
    return { value, isNull };
  }

  /** Writes the condition that two values of a type are equal, NaN being equal to itself. */
  equal(type: DataType, left: string, right: string): string {
    if (!isFloat(columnKind(type))) return `${left} === ${right}`;
    return `(${left} === ${right} || (${left} !== ${left} && ${right} !== ${right}))`;
  }

  #assign(value: string, isNull: string, expression: Expression): void {
    const snippet = this.compile(expression);
    this.writer.line(`${value} = ${snippet.value}; ${isNull} = ${snippet.isNull};`);
  }

  #compileIn(argument: Expression, items: readonly Expression[]): Snippet {
    const { writer } = this;
    if (items.length === 0) return { value: 'false', isNull: 'false' };
    const left = this.compile(argument);
    const given = items.filter((item) => !(item.kind === 'literal' && item.value === null));
    const found = writer.variable('false');
    let unknown = given.length < items.length ? 'true' : 'false';
    if (given.every((item) => item.kind === 'literal')) {
      const makers = given.map((item) => literalConstant(item));
      const set = writer.constant((pool) => new Set(makers.map((make) => make(pool))));
      writer.line(`${found} = ${set}.has(${left.value});`);
    } else {
      unknown = writer.variable(unknown);
      for (const item of given) {
        const right = this.compile(item);
        writer.line(
          `if (${right.isNull}) ${unknown} = true; else if (${this.equal(argument.type, left.value, right.value)}) ${found} = true;`,
        );
      }
    }
    return { value: found, isNull: unknown === 'false' ? left.isNull : writer.variable(`${left.isNull} || (!${found} && ${unknown})`) };
  }
}

/** Returns the condition that a boolean is true, not false and not NULL. */
export function isTrue(snippet: Snippet): string {
  return snippet.isNull === 'false' ? snippet.value : `(!${snippet.isNull} && ${snippet.value})`;
}

/** Returns the condition that one of several holds. */
export function anyOf(conditions: readonly string[]): string {
  const open = [...new Set(conditions.filter((condition) => condition !== 'false'))];
  if (open.includes('true')) return 'true';
  return open.length === 0 ? 'false' : open.join(' || ');
}

/** Returns what stands in place of a value that is NULL. */
export function zeroOf(type: DataType): string {
  return type.kind === 'boolean' ? 'false' : '0';
}

/** Whether values of a kind are IEEE 754 numbers. */
export function isFloat(kind: ColumnKind): boolean {
  return kind === 'float32' || kind === 'float64';
}

/** Returns the refusal of a part of a plan. */
export function unsupported(what: string): PlatformError {
  return new PlatformError('ENGINE_UNSUPPORTED', `the stream engine does not support ${what}`);
}

/** Returns an operand of a call. */
export function operand(call: CallExpression, position: number): Expression {
  const argument = call.arguments[position];
  assert(argument !== undefined, `${call.function} has an argument ${String(position)}`);
  return argument;
}
