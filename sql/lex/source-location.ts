import type { SourceLocation } from '../../spi/index.ts';

/** Returns line and column of a range of the text; a line ends after `\n`, `\r\n` or a lone `\r`. */
export function locate(text: string, start: number, end: number): SourceLocation {
  let line = 1;
  let lineStart = 0;
  for (let index = 0; index < start; index++) {
    const code = text.charCodeAt(index);
    const endsLine = code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10);
    if (!endsLine) continue;
    line++;
    lineStart = index + 1;
  }
  return { line, column: start - lineStart + 1, offset: start, length: end - start };
}
