import type { FileRows } from '../../duckdb/query-message.ts';
import type { InputFile } from '../plan-inputs.ts';

/** What one task reads of a list of files. */
export interface FilePieces {
  /** Paths of files that are read whole. */
  readonly files: readonly string[];
  readonly parts: readonly FileRows[];
}

/** A cut is moved to the next border of a file when that is nearer than this part of a piece. */
const SNAP = 0.15;

/** Cuts files into at most `count` pieces of about the same size, through files where there are fewer than pieces.
 *  Guarantees: every row of every file is in exactly one piece; the same files and count give the same pieces. */
export function cutFiles(files: readonly InputFile[], count: number): readonly FilePieces[] {
  const spans = spansOf(files);
  const total = spans.at(-1)?.end ?? 0;
  if (count <= 1 || total === 0) return [{ files: files.map((file) => file.path), parts: [] }];
  const size = total / count;
  const cuts = Array.from({ length: count - 1 }, (_, index) => snap((index + 1) * size, spans, size * SNAP));
  const borders = [0, ...cuts, total];
  return borders
    .slice(1)
    .map((end, index) => piecesBetween(spans, borders[index] ?? 0, end))
    .filter((piece) => piece.files.length + piece.parts.length > 0);
}

interface Span {
  readonly file: InputFile;
  readonly start: number;
  readonly end: number;
}

/** Files without rows have no place. */
function spansOf(files: readonly InputFile[]): readonly Span[] {
  let start = 0;
  return files
    .filter((file) => file.rows > 0)
    .map((file) => {
      const span = { file, start, end: start + Math.max(1, file.bytes) };
      start = span.end;
      return span;
    });
}

function snap(cut: number, spans: readonly Span[], distance: number): number {
  const border = spans.find(({ end }) => Math.abs(end - cut) <= distance);
  return border?.end ?? cut;
}

function piecesBetween(spans: readonly Span[], start: number, end: number): FilePieces {
  const files: string[] = [];
  const parts: FileRows[] = [];
  for (const span of spans) {
    const [from, to] = [rowAt(span, start), rowAt(span, end)];
    if (from >= to) continue;
    if (from === 0 && to === span.file.rows) files.push(span.file.path);
    else parts.push({ file: span.file.path, from, to });
  }
  return { files, parts };
}

/** The row at which a cut goes through a file. */
function rowAt({ file, start, end }: Span, cut: number): number {
  if (cut <= start) return 0;
  if (cut >= end) return file.rows;
  return Math.round(((cut - start) / (end - start)) * file.rows);
}
