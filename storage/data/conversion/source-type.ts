import { PlatformError } from '../../../spi/index.ts';

/** A type as DuckDB names it, taken apart. */
export type SourceType =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'list'; readonly element: SourceType }
  | { readonly kind: 'map'; readonly key: SourceType; readonly value: SourceType }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: SourceType }[] };

/** Takes apart the name that DuckDB's `typeof` and DESCRIBE give to a type; arrays of one length are lists, an ENUM is the plain type `ENUM`.
 *  @throws STORAGE_UNSUPPORTED for text of another form */
export function parseSourceType(text: string): SourceType {
  const cursor = new TypeCursor(text);
  const type = parseType(cursor);
  if (!cursor.atEnd) throw cursor.unexpected();
  return type;
}

class TypeCursor {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#offset === this.#text.length;
  }

  take(pattern: RegExp): string | null {
    const sticky = new RegExp(pattern, 'y');
    sticky.lastIndex = this.#offset;
    const match = sticky.exec(this.#text);
    if (match === null) return null;
    this.#offset = sticky.lastIndex;
    return match[1] ?? match[0];
  }

  expect(pattern: RegExp): string {
    const taken = this.take(pattern);
    if (taken === null) throw this.unexpected();
    return taken;
  }

  unexpected(): PlatformError {
    return new PlatformError(
      'STORAGE_UNSUPPORTED',
      `The type ${this.#text} is not known here (at "${this.#text.slice(this.#offset, this.#offset + 20)}").`,
    );
  }
}

function parseType(cursor: TypeCursor): SourceType {
  let type = parseSingleType(cursor);
  while (cursor.take(/\[\d*\]/) !== null) type = { kind: 'list', element: type };
  return type;
}

function parseSingleType(cursor: TypeCursor): SourceType {
  const quoted = cursor.take(/"((?:[^"]|"")*)"/);
  if (quoted !== null) return { kind: 'plain', name: quoted.replaceAll('""', '"') };
  const name = cursor.expect(/[A-Z_][A-Z0-9_]*(?: WITH TIME ZONE)?/);
  if (cursor.take(/\(/) === null) return { kind: 'plain', name };
  const type = parseArguments(cursor, name);
  cursor.expect(/\)/);
  return type;
}

function parseArguments(cursor: TypeCursor, name: string): SourceType {
  switch (name) {
    case 'DECIMAL': {
      const precision = Number(cursor.expect(/\d+/));
      cursor.expect(/, ?/);
      return { kind: 'decimal', precision, scale: Number(cursor.expect(/\d+/)) };
    }
    case 'MAP': {
      const key = parseType(cursor);
      cursor.expect(/, /);
      return { kind: 'map', key, value: parseType(cursor) };
    }
    case 'STRUCT':
      return { kind: 'struct', fields: parseFields(cursor) };
    case 'ENUM':
      cursor.expect(/(?:'(?:[^']|'')*'(?:, )?)*/);
      return { kind: 'plain', name };
    default:
      cursor.expect(/[^()]*/);
      return { kind: 'plain', name };
  }
}

function parseFields(cursor: TypeCursor): { name: string; type: SourceType }[] {
  const fields = [];
  do {
    const quoted = cursor.take(/"((?:[^"]|"")*)" /);
    const name = quoted === null ? cursor.expect(/([^ "(),]+) /) : quoted.replaceAll('""', '"');
    fields.push({ name, type: parseType(cursor) });
  } while (cursor.take(/, /) !== null);
  return fields;
}
