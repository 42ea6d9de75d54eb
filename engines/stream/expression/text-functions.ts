import type { CallExpression, LiteralExpression } from '../../../spi/index.ts';
import type { TextPool } from '../changelog/text-pool.ts';
import type { Snippet } from './code-writer.ts';
import { type CallCompiler, type ExpressionCompiler, operand, unsupported } from './expression-compiler.ts';
import type { ExactInteger } from './exact-integer.ts';
import { matchPattern, readPattern } from './match-pattern.ts';

/** Returns a function of texts by number that computes each text once. */
function remember(compute: (id: number) => number): (id: number) => number {
  const known: number[] = [];
  return (id) => {
    const value = known[id];
    if (value !== undefined) return value;
    // Without holes the list stays a plain array.
    while (known.length < id) known.push(undefined as unknown as number);
    return (known[id] = compute(id));
  };
}

const mapped =
  (map: (text: string) => string): CallCompiler =>
  (compiler, call) => {
    const run = compiler.writer.constant((pool) => remember((id) => pool.intern(map(pool.text(id)))));
    return compiler.strict(call.arguments, call.type, (value = '') => `${run}(${value})`);
  };

const counted =
  (count: (id: number, pool: TextPool) => number): CallCompiler =>
  (compiler, call) => {
    requireText(call);
    const run = compiler.writer.constant((pool) => remember((id) => count(id, pool)));
    return compiler.strict(call.arguments, call.type, (value = '') => `${run}(${value})`);
  };

const compared =
  (test: (text: string, part: string) => boolean): CallCompiler =>
  (compiler, call) => {
    const run = compiler.writer.constant((pool) => (text: number, part: number) => test(pool.text(text), pool.text(part)));
    return compiler.strict(call.arguments, call.type, (text = '', part = '') => `${run}(${text}, ${part})`);
  };

/** Case is changed character by character, and only where that gives one character, as the OLAP engine does; `own` holds where it knows better. */
function changeCase(change: (character: string) => string, own: Readonly<Record<string, string>>): (text: string) => string {
  return (text) => {
    let result = '';
    for (const character of text) {
      const changed = own[character] ?? change(character);
      result += Array.from(changed).length === 1 ? changed : character;
    }
    return result;
  };
}

const lower = changeCase((character) => character.toLowerCase(), { İ: 'i' });
const upper = changeCase((character) => character.toUpperCase(), { ß: 'ẞ' });

/** Joins operands; those that are NULL count as empty unless the caller makes the whole NULL. */
function join(compiler: ExpressionCompiler, operands: readonly Snippet[]): string {
  const { writer } = compiler;
  const texts = writer.constant((pool) => pool.text.bind(pool));
  const intern = writer.constant((pool) => pool.intern.bind(pool));
  const parts = operands.map(({ value, isNull }) => {
    if (isNull === 'true') return "''";
    return isNull === 'false' ? `${texts}(${value})` : `((${isNull}) ? '' : ${texts}(${value}))`;
  });
  return `${intern}(${parts.join(' + ')})`;
}

/** Returns the part of a text from a position on; a negative length takes what stands before the position.
 *  Guarantees: places outside of the text count towards the length, as in the OLAP engine. */
function substring(text: string, from: number, count = Infinity): string {
  const characters = Array.from(text);
  const start = from > 0 ? from - 1 : from < 0 ? characters.length + from : -1;
  const [begin, end] = count >= 0 ? [start, start + count] : [start + count, start];
  return characters.slice(Math.max(0, begin), Math.max(0, end)).join('');
}

function requireText(call: CallExpression): void {
  if (operand(call, 0).type.kind !== 'varchar') throw unsupported(`'${call.function}' of type ${operand(call, 0).type.kind}`);
}

const like =
  (fold: (text: string) => string): CallCompiler =>
  (compiler, call) => {
    const [text, pattern, escape] = call.arguments;
    if (!isConstant(pattern) || (escape !== undefined && !isConstant(escape)))
      throw unsupported(`'${call.function}' with a pattern that is not a constant`);
    if (text === undefined || pattern.value === null || escape?.value === null) return { value: 'false', isNull: 'true' };
    const parts = readPattern(fold(String(pattern.value)), escape === undefined ? null : String(escape.value));
    const run = compiler.writer.constant((pool) => remember((id) => (matchPattern(fold(pool.text(id)), parts) ? 1 : 0)));
    return compiler.strict([text], call.type, (value = '') => `${run}(${value}) === 1`);
  };

function isConstant(expression: unknown): expression is LiteralExpression {
  return (expression as { readonly kind?: string } | undefined)?.kind === 'literal';
}

/** Functions over text. */
export const TEXT_FUNCTIONS: Readonly<Record<string, CallCompiler>> = {
  lower: mapped(lower),
  upper: mapped(upper),
  length: counted((id, pool) => Array.from(pool.text(id)).length),
  octet_length: counted((id, pool) => pool.byteLength(id)),
  substring: (compiler, call) => {
    const run = compiler.writer.constant(
      (pool) => (text: number, from: ExactInteger, count?: ExactInteger) =>
        pool.intern(substring(pool.text(text), Number(from), count === undefined ? undefined : Number(count))),
    );
    return compiler.strict(call.arguments, call.type, (...values) => `${run}(${values.join(', ')})`);
  },
  concat: (compiler, call) => {
    const operands = call.arguments.map((argument) => compiler.compile(argument));
    return { value: compiler.writer.variable(join(compiler, operands)), isNull: 'false' };
  },
  concat_op: (compiler, call) => {
    requireText(call);
    const operands = call.arguments.map((argument) => compiler.compile(argument));
    return compiler.strictOver(operands, call.type, (...values) =>
      join(
        compiler,
        values.map((value) => ({ value, isNull: 'false' })),
      ),
    );
  },
  starts_with: compared((text, part) => text.startsWith(part)),
  ends_with: compared((text, part) => text.endsWith(part)),
  contains: compared((text, part) => text.includes(part)),
  like: like((text) => text),
  ilike: like(lower),
};
