import { assert, type Expression, type PlanColumn, walkExpression } from '../../../spi/index.ts';
import type { Batch } from '../changelog/batch.ts';
import {
  allocateValues,
  type Column,
  type ColumnKind,
  columnKind,
  type ColumnValues,
  gatherColumn,
  headColumn,
} from '../changelog/column.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import { CodeWriter, type Snippet } from './code-writer.ts';
import { loadInt128, loadInt64, storeInt128, storeInt64 } from './exact-integer.ts';
import { ExpressionCompiler, type ExpressionSettings, isTrue } from './expression-compiler.ts';
import { EXPRESSION_RULES } from './scalar-functions.ts';

/** A stateless step: keeps rows, or computes columns that take the place of all others. */
export type StageStep =
  | { readonly kind: 'filter'; readonly predicate: Expression }
  | { readonly kind: 'project'; readonly columns: readonly { readonly id: number; readonly expression: Expression }[] };

/** Turns a batch into the batch of what its rows become. */
export type StageFunction = (batch: Batch) => Batch;

/** A stage that is checked and written, to be made for a pipeline's texts. */
export type StageMaker = (pool: TextPool) => StageFunction;

/** What a stage puts out at one position: an input column as it is, or a computed one. */
type StageOutput = { readonly kind: 'input'; readonly position: number } | { readonly kind: 'computed'; readonly slot: number };

interface OutputMemory {
  readonly values: ColumnValues;
  readonly valid: Uint8Array;
}

/** Returns how many rows it kept. `selected` gets their positions; bit 1 of `nulls[slot]` tells that a column holds a NULL. */
type Loop = (columns: readonly Column[], rows: number, selected: Int32Array, outputs: readonly OutputMemory[], nulls: Uint8Array) => number;

/** Writes a chain of filters and projections as one loop.
 *  Shape: takes batches of `input`, gives batches whose columns are those of `outputIds`.
 *  @throws ENGINE_UNSUPPORTED */
export function compileStage(
  input: readonly PlanColumn[],
  steps: readonly StageStep[],
  outputIds: readonly number[],
  settings: ExpressionSettings,
): StageMaker {
  const writer = new CodeWriter();
  let scope = new Map<number, Snippet>();
  let passed = new Map<number, number>(input.map((column, position) => [column.id, position]));
  const types = new Map(input.map((column) => [column.id, columnKind(column.type)]));
  const load = (expression: Expression): void => {
    loadColumns(expression, { writer, input, passed, scope });
  };
  for (const step of neededSteps(steps, outputIds)) {
    if (step.kind === 'filter') {
      load(step.predicate);
      writer.line(`if (!(${isTrue(new ExpressionCompiler(writer, settings, EXPRESSION_RULES, scope).compile(step.predicate))})) continue;`);
      continue;
    }
    const nextScope = new Map<number, Snippet>();
    const nextPassed = new Map<number, number>();
    for (const { id, expression } of step.columns) {
      types.set(id, columnKind(expression.type));
      const position = expression.kind === 'column' ? passed.get(expression.id) : undefined;
      if (position !== undefined) nextPassed.set(id, position);
      else {
        load(expression);
        nextScope.set(id, new ExpressionCompiler(writer, settings, EXPRESSION_RULES, scope).compile(expression));
      }
    }
    scope = nextScope;
    passed = nextPassed;
  }
  const kinds: ColumnKind[] = [];
  const outputs = outputIds.map((id): StageOutput => {
    const position = passed.get(id);
    if (position !== undefined) return { kind: 'input', position };
    const snippet = scope.get(id);
    const kind = types.get(id);
    assert(snippet !== undefined && kind !== undefined, 'a stage puts out columns that it has');
    storeSnippet(writer, kind, snippet, kinds.length);
    kinds.push(kind);
    return { kind: 'computed', slot: kinds.length - 1 };
  });
  const filters = steps.some((step) => step.kind === 'filter');
  if (!filters && kinds.length === 0) return () => (batch) => passThrough(batch, outputs);
  const make = writer.function<Loop>(
    'C, rows, S, O, N',
    ['let o = 0; for (let i = 0; i < rows; i += 1) {', `${filters ? 'S[o] = i; ' : ''}o += 1; }`],
    'return o;',
  );
  return (pool) => stageFunction(make(pool), outputs, kinds, filters);
}

/** Leaves out computed columns that nothing reads: they cost time, and may fail. */
function neededSteps(steps: readonly StageStep[], outputIds: readonly number[]): readonly StageStep[] {
  let needed = new Set(outputIds);
  const kept: StageStep[] = [];
  for (const step of steps.toReversed()) {
    const columns = step.kind === 'project' ? step.columns.filter((column) => needed.has(column.id)) : [];
    kept.unshift(step.kind === 'project' ? { kind: 'project', columns } : step);
    if (step.kind === 'project') needed = new Set();
    for (const expression of step.kind === 'project' ? columns.map((column) => column.expression) : [step.predicate]) {
      walkExpression(expression, {
        expression: (part) => {
          if (part.kind === 'column') needed.add(part.id);
        },
      });
    }
  }
  return kept;
}

interface LoadContext {
  readonly writer: CodeWriter;
  readonly input: readonly PlanColumn[];
  readonly passed: ReadonlyMap<number, number>;
  readonly scope: Map<number, Snippet>;
}

/** Reads the input columns that an expression needs into variables of the loop. */
function loadColumns(expression: Expression, { writer, input, passed, scope }: LoadContext): void {
  walkExpression(expression, {
    expression: (part) => {
      if (part.kind !== 'column' || scope.has(part.id)) return;
      const position = passed.get(part.id);
      const column = position === undefined ? undefined : input[position];
      if (position === undefined || column === undefined) return;
      const [values, valid] = [writer.name('a'), writer.name('m')];
      writer.before(`const ${values} = C[${String(position)}].values, ${valid} = C[${String(position)}].valid;`);
      const isNull = writer.name('n');
      writer.line(`const ${isNull} = ${valid} !== null && ${valid}[i] === 0;`);
      scope.set(part.id, { value: loadValue(writer, columnKind(column.type), values), isNull });
    },
  });
}

function loadValue(writer: CodeWriter, kind: ColumnKind, values: string): string {
  switch (kind) {
    case 'boolean':
      return writer.variable(`${values}[i] === 1`);
    case 'int64': {
      const high = writer.variable(`${values}[2 * i + 1]`);
      const slow = writer.fixed(loadInt64);
      return writer.variable(
        `${high} > -2097152 && ${high} < 2097152 ? ${high} * 4294967296 + (${values}[2 * i] >>> 0) : ${slow}(${values}, i)`,
      );
    }
    case 'int128':
      return writer.variable(`${writer.fixed(loadInt128)}(${values}, i)`);
    default:
      return writer.variable(`${values}[i]`);
  }
}

function storeSnippet(writer: CodeWriter, kind: ColumnKind, { value, isNull }: Snippet, slot: number): void {
  const [values, valid] = [writer.name('o'), writer.name('p')];
  writer.before(`const ${values} = O[${String(slot)}].values, ${valid} = O[${String(slot)}].valid;`);
  writer.line(isNull === 'false' ? '{' : `if (${isNull}) { ${valid}[o] = 0; N[${String(slot)}] = 1; } else {`);
  if (isNull !== 'false') writer.line(`${valid}[o] = 1;`);
  writer.line(storeValue(writer, kind, values, value));
  writer.line('}');
}

function storeValue(writer: CodeWriter, kind: ColumnKind, values: string, value: string): string {
  if (kind === 'boolean') return `${values}[o] = ${value} ? 1 : 0;`;
  if (kind === 'int128') return `${writer.fixed(storeInt128)}(${values}, o, ${value});`;
  if (kind !== 'int64') return `${values}[o] = ${value};`;
  const fast = `${values}[2 * o] = ${value} | 0; ${values}[2 * o + 1] = Math.floor(${value} * ${String(2 ** -32)});`;
  return `if (typeof ${value} === 'number') { ${fast} } else ${writer.fixed(storeInt64)}(${values}, o, ${value});`;
}

function passThrough(batch: Batch, outputs: readonly StageOutput[]): Batch {
  return { ...batch, columns: outputs.flatMap((output) => (output.kind === 'input' ? [inputColumn(batch, output.position)] : [])) };
}

function stageFunction(loop: Loop, outputs: readonly StageOutput[], kinds: readonly ColumnKind[], filters: boolean): StageFunction {
  // What does not leave the stage is used again: fresh memory costs more than the loop.
  let selected = new Int32Array(0);
  let valids = kinds.map(() => new Uint8Array(0));
  return (batch) => {
    if (filters && selected.length < batch.rows) selected = new Int32Array(batch.rows);
    if ((valids[0]?.length ?? batch.rows) < batch.rows) valids = kinds.map(() => new Uint8Array(batch.rows));
    const memory = kinds.map((kind, slot) => ({
      values: allocateValues(kind, batch.rows),
      valid: valids[slot] ?? new Uint8Array(batch.rows),
    }));
    const nulls = new Uint8Array(kinds.length);
    const rows = loop(batch.columns, batch.rows, selected, memory, nulls);
    const positions = selected.subarray(0, rows);
    const columns = outputs.map((output): Column => {
      if (output.kind === 'input') {
        const column = inputColumn(batch, output.position);
        return rows === batch.rows ? column : gatherColumn(column, positions);
      }
      const made = memory[output.slot];
      assert(made !== undefined, 'every computed column has memory');
      const kind = kinds[output.slot] ?? 'int32';
      return headColumn({ kind, values: made.values, valid: nulls[output.slot] === 1 ? made.valid.slice(0, rows) : null }, rows);
    });
    return { rows, columns, weights: filters && rows < batch.rows ? gatherWeights(batch.weights, positions) : batch.weights };
  };
}

function gatherWeights(weights: Int8Array | null, positions: Int32Array): Int8Array | null {
  return weights === null ? null : Int8Array.from(positions, (position) => weights[position] ?? 1);
}

function inputColumn(batch: Batch, position: number): Column {
  const column = batch.columns[position];
  assert(column !== undefined, 'a batch has the columns of its shape');
  return column;
}
