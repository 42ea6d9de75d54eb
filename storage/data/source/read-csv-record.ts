import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type FileSource, PlatformError } from '../../../spi/index.ts';
import type { CsvDialect } from './csv-dialect.ts';
import { fileError } from './file-error.ts';

const RECORD_CHARACTERS_MAX = 1 << 20;

/** Returns the fields of a CSV file's first record, or null for a file without one.
 *  @throws STORAGE_FILE when the record does not end within 1 MiB */
export async function readCsvRecord(source: FileSource, dialect: CsvDialect): Promise<readonly string[] | null> {
  const file = createReadStream(source.path);
  const bytes: Readable = source.path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const chunk of bytes) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const fields = splitRecord(text, dialect, false);
      if (fields !== null) return fields;
      if (text.length > RECORD_CHARACTERS_MAX) throw fileError(source, 'has a first line longer than 1 MiB');
    }
  } catch (error) {
    throw error instanceof PlatformError ? error : fileError(source, 'cannot be read', error);
  } finally {
    file.destroy();
  }
  if (text === '') return null;
  const fields = splitRecord(text, dialect, true);
  if (fields === null) throw fileError(source, 'has a quoted value in its first line that never ends');
  return fields;
}

/** Splits the first record; null when the text ends within it. */
function splitRecord(text: string, dialect: CsvDialect, atEnd: boolean): string[] | null {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (quoted) {
      const next = text[index + 1];
      if (character === dialect.escape && (next === dialect.quote || next === dialect.escape) && dialect.escape !== '') {
        field += next;
        index += 1;
      } else if (character === dialect.quote) quoted = false;
      else field += character;
    } else if (character === dialect.quote && field === '' && dialect.quote !== '') quoted = true;
    else if (character === dialect.delimiter) {
      fields.push(field);
      field = '';
    } else if (character === '\n' || character === '\r') return [...fields, field];
    else field += character;
  }
  return atEnd && !quoted ? [...fields, field] : null;
}
