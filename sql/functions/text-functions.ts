import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const text = defineFunction.bind(null, 'scalar');

/** Functions over text. Positions count characters from 1. */
export const TEXT_FUNCTIONS: readonly FunctionDefinition[] = [
  text('concat', ['varchar... -> varchar'], 'Joins the texts; NULLs are skipped.', { nulls: 'never_null' }),
  text('concat_ws', ['varchar, varchar... -> varchar'], 'Joins texts with a separator between them; NULLs are skipped.', { nulls: 'own' }),
  text('length', ['varchar -> bigint'], 'Number of characters.', { also: ['char_length', 'character_length', 'len'] }),
  text('octet_length', ['varchar -> bigint', 'varbinary -> bigint'], 'Number of bytes (of text in UTF-8).', { also: ['strlen'] }),
  text('lower', ['varchar -> varchar'], 'Lower case.', { also: ['lcase'] }),
  text('upper', ['varchar -> varchar'], 'Upper case.', { also: ['ucase'] }),
  text(
    'substring',
    ['varchar, bigint, [bigint] -> varchar'],
    'The part from a position on, at most so many characters long; a negative position counts from the end.',
    {
      also: ['substr'],
    },
  ),
  text(
    'position',
    ['varchar, varchar -> bigint'],
    '`position(part IN text)`: where the first occurrence of `part` starts, 0 without one. First argument: the part.',
  ),
  text('trim', ['varchar, [varchar] -> varchar'], 'Removes spaces (or any of the characters given) from both ends.', { also: ['btrim'] }),
  text('ltrim', ['varchar, [varchar] -> varchar'], 'Removes spaces (or any of the characters given) from the start.'),
  text('rtrim', ['varchar, [varchar] -> varchar'], 'Removes spaces (or any of the characters given) from the end.'),
  text('replace', ['varchar, varchar, varchar -> varchar'], 'Replaces every occurrence of the second text by the third.'),
  text(
    'translate',
    ['varchar, varchar, varchar -> varchar'],
    'Replaces characters of the second text by those in the same place of the third.',
  ),
  text('split_part', ['varchar, varchar, bigint -> varchar'], 'The n-th part (from 1) between separators; empty without one.'),
  text('string_split', ['varchar, varchar -> list<varchar>'], 'The parts between separators.', {
    also: ['split', 'str_split', 'string_to_array'],
  }),
  text('lpad', ['varchar, integer, varchar -> varchar'], 'Fills up at the start, or cuts, to a number of characters.'),
  text('rpad', ['varchar, integer, varchar -> varchar'], 'Fills up at the end, or cuts, to a number of characters.'),
  text('left', ['varchar, bigint -> varchar'], 'The first n characters; a negative n leaves out the last -n.'),
  text('right', ['varchar, bigint -> varchar'], 'The last n characters; a negative n leaves out the first -n.'),
  text('reverse', ['varchar -> varchar'], 'The characters in reverse order.'),
  text('repeat', ['varchar, bigint -> varchar'], 'The text n times.'),
  text('starts_with', ['varchar, varchar -> boolean'], 'Whether the text starts with the second text.'),
  text('ends_with', ['varchar, varchar -> boolean'], 'Whether the text ends with the second text.', { also: ['suffix'] }),
  text('contains', ['varchar, varchar -> boolean'], 'Whether the second text occurs in the first.'),
  text(
    'regexp_like',
    ['varchar, varchar, [varchar] -> boolean'],
    'Whether the regular expression (RE2) matches a part of the text; third: options.',
    {
      also: ['regexp_matches'],
    },
  ),
  text('regexp_full_match', ['varchar, varchar, [varchar] -> boolean'], 'Whether the regular expression (RE2) matches the whole text.'),
  text(
    'regexp_replace',
    ['varchar, varchar, varchar, [varchar] -> varchar'],
    'Replaces the first match (all with option `g`); `\\1` stands for a group.',
  ),
  text('regexp_extract', ['varchar, varchar, [integer] -> varchar'], 'The first match, or a group of it; empty without a match.'),
  text('regexp_extract_all', ['varchar, varchar, [integer] -> list<varchar>'], 'All matches, or a group of each.'),
  text('chr', ['integer -> varchar'], 'The character of a code point.'),
  text('ascii', ['varchar -> integer'], 'The code point of the first character.', { also: ['codepoint', 'unicode', 'ord'] }),
  text('md5', ['varchar -> varchar'], 'MD5 as lower-case hexadecimal digits.'),
  text('sha256', ['varchar -> varchar'], 'SHA-256 as lower-case hexadecimal digits.'),
  text(
    'to_hex',
    ['bigint -> varchar', 'varchar -> varchar', 'varbinary -> varchar'],
    'Upper-case hexadecimal digits of a number or of bytes.',
    { also: ['hex'] },
  ),
  text('from_hex', ['varchar -> varbinary'], 'The bytes of hexadecimal digits.', { also: ['unhex'] }),
  text('to_base64', ['varbinary -> varchar'], 'Base64 of bytes.', { also: ['base64'] }),
  text('from_base64', ['varchar -> varbinary'], 'The bytes of base64 text.'),
  text('to_utf8', ['varchar -> varbinary'], 'The UTF-8 bytes of a text.', { also: ['encode'] }),
  text('from_utf8', ['varbinary -> varchar'], 'The text of UTF-8 bytes.', { also: ['decode'] }),
  text('url_encode', ['varchar -> varchar'], 'Percent-encodes a text.'),
  text('url_decode', ['varchar -> varchar'], 'Undoes percent-encoding.'),
  text('strip_accents', ['varchar -> varchar'], 'Removes accents.'),
  text('levenshtein', ['varchar, varchar -> bigint'], 'Edit distance.', { also: ['levenshtein_distance', 'editdist3'] }),
  text('json_extract', ['varchar, varchar -> varchar'], 'The JSON text at a path (`$.a[0]`); NULL without one.', { nulls: 'own' }),
  text('json_extract_string', ['varchar, varchar -> varchar'], 'The value at a path as plain text; NULL without one.', {
    also: ['json_extract_scalar', 'json_value'],
    nulls: 'own',
  }),
  text('json_array_length', ['varchar, [varchar] -> bigint'], 'Number of elements of a JSON array (at a path).', { nulls: 'own' }),
  text('json_type', ['varchar, [varchar] -> varchar'], 'The type of a JSON value (at a path).', { nulls: 'own' }),
  text('json_valid', ['varchar -> boolean'], 'Whether the text is JSON.'),
  text('json_keys', ['varchar, [varchar] -> list<varchar>'], 'The keys of a JSON object (at a path).', { nulls: 'own' }),
  text('to_json', ['any -> varchar'], 'A value as JSON text.', { nulls: 'own' }),
];
