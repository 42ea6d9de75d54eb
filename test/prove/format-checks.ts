import type { Check } from './proof.ts';

/** Lays checks out as a table, one line each; a note follows on its own line. */
export function formatChecks(checks: readonly Check[]): string {
  const rows = checks.map((check) => [check.pass ? 'pass' : 'FAIL', check.id, `${String(check.value)} ${check.unit}`.trim(), check.target]);
  const header = ['', 'check', 'value', 'target'];
  const widths = header.map((title, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? title).length)));
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.flatMap((line, index) => withNote(line, checks[index - 1]?.note)).join('\n');
}

function withNote(line: string, note: string | undefined): string[] {
  return note === undefined ? [line] : [line, `        ${note}`];
}
