import { PlatformError } from '../../../spi/index.ts';

/** A line of a file; lines of a loop stand once per turn, with the number of the line that they come from. */
export interface SourceLine {
  readonly line: number;
  readonly text: string;
}

/** Returns the lines of a file with its loops written out: `loop <name> <start> <end>` (the end left out) and `foreach <name> <word>...`, each up to
 *  its `endloop`, with `${name}` replaced; loops may nest.
 *  @throws REQUEST_INVALID with file and line for a loop that is not closed or not of the form */
export function expandLoops(text: string, file: string): readonly SourceLine[] {
  const lines = text.split(/\r?\n/).map((line, index) => ({ line: index + 1, text: line }));
  return expand(lines, file);
}

function expand(lines: readonly SourceLine[], file: string): readonly SourceLine[] {
  const out: SourceLine[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as SourceLine;
    const loop = /^(loop|foreach)\s+(\w+)\s+(.+)$/.exec(line.text);
    if (line.text.trim() === 'endloop') throw failure(file, line, 'no loop is open');
    if (loop === null) {
      out.push(line);
      continue;
    }
    const [, kind, name = '', rest = ''] = loop;
    const end = endOf(lines, at, file);
    const values = kind === 'foreach' ? rest.trim().split(/\s+/) : numbers(rest, line, file);
    const body = lines.slice(at + 1, end);
    for (const value of values) {
      const turn = body.map((inner) => ({ line: inner.line, text: inner.text.replaceAll(`\${${name}}`, () => value) }));
      out.push(...expand(turn, file), { line: line.line, text: '' });
    }
    at = end;
  }
  return out;
}

function endOf(lines: readonly SourceLine[], start: number, file: string): number {
  let depth = 0;
  for (let at = start; at < lines.length; at += 1) {
    const text = lines[at]?.text ?? '';
    if (/^(loop|foreach)\s/.test(text)) depth += 1;
    if (text.trim() === 'endloop') depth -= 1;
    if (depth === 0) return at;
  }
  throw failure(file, lines[start] as SourceLine, "the loop has no 'endloop'");
}

function numbers(rest: string, line: SourceLine, file: string): readonly string[] {
  const bounds = /^(-?\d+)\s+(-?\d+)$/.exec(rest.trim());
  if (bounds === null) throw failure(file, line, 'a loop has a start and an end');
  const [start, end] = [Number(bounds[1]), Number(bounds[2])];
  return Array.from({ length: Math.max(0, end - start) }, (_, index) => String(start + index));
}

function failure(file: string, line: SourceLine, reason: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', `${file}:${String(line.line)}: ${reason}`);
}
