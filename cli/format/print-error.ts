import { PlatformError } from '../../spi/index.ts';

/** Returns an error as lines for people; with the statement's text, the place is shown under its line. */
export function renderError(error: unknown, sql?: string): string[] {
  if (!(error instanceof PlatformError)) {
    return [`INTERNAL: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
  const lines = [`${error.code}: ${error.message}`];
  const place = error.location;
  const source = place === undefined ? undefined : sql?.split('\n')[place.line - 1];
  if (place !== undefined && source !== undefined && source.length <= 400) {
    lines.push(`  ${source}`, `  ${' '.repeat(Math.max(0, place.column - 1))}^`);
  }
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return lines;
}
