const SPACE = 1;
const WORD_START = 2;
const DIGIT = 4;
const WORD_ONLY = 8;

const ASCII_CLASS = new Uint8Array(128);
for (const space of ' \t\n\r\f\v') ASCII_CLASS[space.charCodeAt(0)] = SPACE;
for (let code = 48; code <= 57; code++) ASCII_CLASS[code] = DIGIT;
for (let code = 65; code <= 90; code++) {
  ASCII_CLASS[code] = WORD_START;
  ASCII_CLASS[code + 32] = WORD_START;
}
ASCII_CLASS[95] = WORD_START;
ASCII_CLASS[36] = WORD_ONLY;

const UNICODE_SPACE = /^[\p{Zs}\u2028\u2029\uFEFF\u0085]$/u;
const UNICODE_WORD_START = /^\p{ID_Start}$/u;
const UNICODE_WORD_PART = /^\p{ID_Continue}$/u;

const characterAt = (text: string, offset: number): string => String.fromCodePoint(text.codePointAt(offset) ?? 0);

/** True for white space at the offset: ASCII, Unicode separators and the byte order mark. */
export function isSpace(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return code < 128 ? ASCII_CLASS[code] === SPACE : UNICODE_SPACE.test(text.charAt(offset));
}

/** Clears the bit that tells lower-case letters from capitals, and keeps the characters of words apart otherwise. */
const CASE_FOLD = 0xdf;
const WORD_CODE = ASCII_CLASS.map((kind, code) => (kind >= WORD_START ? code & CASE_FOLD : 0));

/** Returns the code of an ASCII character that a word can go on with, the same for a letter and its capital; 0 for another character. */
export function wordCode(code: number): number {
  return code < 128 ? (WORD_CODE[code] as number) : 0;
}

/** True for an ASCII digit at the offset. */
export function isDigit(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return code >= 48 && code <= 57;
}

/** Returns the length of the character at the offset when a word can start with it, else 0.
 *  Units: UTF-16 code units. */
export function wordStartLength(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  if (code < 128) return ASCII_CLASS[code] === WORD_START ? 1 : 0;
  const character = characterAt(text, offset);
  return UNICODE_WORD_START.test(character) ? character.length : 0;
}

/** Returns the length of the character at the offset when a word can go on with it, else 0.
 *  Units: UTF-16 code units. */
export function wordPartLength(text: string, offset: number): number {
  const code = text.charCodeAt(offset);
  if (code < 128) return (ASCII_CLASS[code] ?? 0) >= WORD_START ? 1 : 0;
  if (offset >= text.length) return 0;
  const character = characterAt(text, offset);
  return UNICODE_WORD_PART.test(character) ? character.length : 0;
}
