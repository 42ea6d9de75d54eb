import { PlatformError } from '../../../spi/index.ts';
import { expandLoops, type SourceLine } from './expand-loops.ts';
import type { Condition, ExpectedValues, QueryRecord, SortMode, SqlLogicRecord, StatementRecord, TypeLetter } from './record.ts';

const SORT_MODES: readonly string[] = ['nosort', 'rowsort', 'valuesort'] satisfies readonly SortMode[];

const HASH = /^(\d+) values hashing to ([0-9a-f]{32})$/;

/** Reads the records of a file in the format of sqllogictest.
 *  Shape: records are parted by empty lines; `halt` ends the file, `mode skip` and `mode unskip` enclose what is left out.
 *  @throws REQUEST_INVALID with file and line for a line that is not of the format */
export function parseRecords(text: string, file: string): readonly SqlLogicRecord[] {
  const records: SqlLogicRecord[] = [];
  let skipping = false;
  for (const paragraph of paragraphs(expandLoops(text, file))) {
    const reader = new ParagraphReader(paragraph, file);
    if (reader.isEmpty) continue;
    const words = reader.words();
    if (words[0] === 'halt') break;
    if (words[0] === 'mode') {
      if (words[1] !== 'skip' && words[1] !== 'unskip') throw reader.failure(`unknown mode '${String(words[1])}'`);
      skipping = words[1] === 'skip';
    } else if (words[0] === 'hash-threshold') {
      if (!/^\d+$/.test(words[1] ?? '')) throw reader.failure('hash-threshold takes a number');
    } else {
      const record = words[0] === 'statement' ? reader.statement(words) : words[0] === 'query' ? reader.query(words) : null;
      if (record === null) throw reader.failure(`unknown record '${String(words[0])}'`);
      if (!skipping) records.push(record);
    }
  }
  return records;
}

function paragraphs(lines: readonly SourceLine[]): readonly (readonly SourceLine[])[] {
  const found: SourceLine[][] = [[]];
  for (const line of lines) {
    if (line.text.trim() === '') found.push([]);
    else found.at(-1)?.push(line);
  }
  return found.filter((paragraph) => paragraph.length > 0);
}

class ParagraphReader {
  readonly #file: string;
  readonly #comments: string[] = [];
  readonly #conditions: Condition[] = [];
  readonly #head: SourceLine | undefined;
  readonly #body: readonly string[];

  constructor(lines: readonly SourceLine[], file: string) {
    this.#file = file;
    let at = 0;
    for (; at < lines.length; at += 1) {
      const text = lines[at]?.text ?? '';
      const condition = /^(skipif|onlyif)\s+(\S+)/.exec(text);
      if (text.startsWith('#')) this.#comments.push(text.slice(1).trim());
      else if (condition !== null) this.#conditions.push({ kind: condition[1] as Condition['kind'], engine: condition[2] ?? '' });
      else break;
    }
    this.#head = lines[at];
    this.#body = lines.slice(at + 1).map(({ text }) => text);
  }

  /** Whether there are only comments. */
  get isEmpty(): boolean {
    return this.#head === undefined;
  }

  words(): readonly string[] {
    return (this.#head?.text ?? '').split('#')[0]?.trim().split(/\s+/) ?? [];
  }

  failure(reason: string): PlatformError {
    return new PlatformError('REQUEST_INVALID', `${this.#file}:${String(this.#head?.line ?? 0)}: ${reason}`);
  }

  statement(words: readonly string[]): StatementRecord {
    const { sql, rest } = this.#parts();
    const record = { ...this.#place(), kind: 'statement', sql } as const;
    if (words[1] === 'ok' && words.length === 2) return { ...record, outcome: { kind: 'ok' } };
    if (words[1] === 'count' && /^\d+$/.test(words[2] ?? '')) return { ...record, outcome: { kind: 'count', rows: Number(words[2]) } };
    if (words[1] === 'error' && words.length <= 3) {
      const message = rest === null || rest.length === 0 ? null : rest.join('\n');
      return { ...record, outcome: { kind: 'error', code: words[2] ?? null, message } };
    }
    throw this.failure("a statement says 'ok', 'count' with a number, or 'error'");
  }

  query(words: readonly string[]): QueryRecord {
    const [, types = '', ...more] = words;
    if (!/^[IRT]+$/.test(types)) throw this.failure(`the types of a query are letters I, R and T, not '${types}'`);
    const sort = more[0] !== undefined && SORT_MODES.includes(more[0]) ? (more.shift() as SortMode) : 'nosort';
    if (more.length > 1) throw this.failure(`'${more.slice(1).join(' ')}' is too much`);
    const { sql, rest } = this.#parts();
    if (rest === null) throw this.failure("a query has a line '----' before its values");
    return {
      ...this.#place(),
      kind: 'query',
      sql,
      types: Array.from(types) as TypeLetter[],
      sort,
      label: more[0] ?? null,
      expected: expectedOf(rest),
    };
  }

  #place() {
    return { line: this.#head?.line ?? 0, comments: this.#comments, conditions: this.#conditions };
  }

  #parts(): { readonly sql: string; readonly rest: readonly string[] | null } {
    const end = this.#body.indexOf('----');
    const sql = (end < 0 ? this.#body : this.#body.slice(0, end)).join('\n');
    if (sql === '') throw this.failure('the record has no SQL');
    return { sql, rest: end < 0 ? null : this.#body.slice(end + 1) };
  }
}

function expectedOf(lines: readonly string[]): ExpectedValues {
  const hash = lines.length === 1 ? HASH.exec(lines[0] ?? '') : null;
  return hash === null ? { kind: 'values', lines } : { kind: 'hash', count: Number(hash[1]), md5: hash[2] ?? '' };
}
