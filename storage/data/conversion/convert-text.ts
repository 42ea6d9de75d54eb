import type { DataType } from '../../../spi/index.ts';
import { convertJson } from './convert-json.ts';
import { convertScalarText, type TemporalFormats } from './convert-scalar-text.ts';

/** Returns an SQL expression that turns the text expression into the type exactly or fails; DuckDB's own casts would round, and take
 *  many forms besides the standard ones.
 *  Guarantees: NULL for NULL only. Binary values are base64, nested ones JSON. */
export function convertText(text: string, type: DataType, formats: TemporalFormats = {}): string {
  switch (type.kind) {
    case 'list':
    case 'map':
    case 'struct':
      return convertJson(`CAST(${text} AS JSON)`, type);
    default:
      return convertScalarText(text, type, formats);
  }
}
