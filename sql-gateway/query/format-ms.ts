/** Returns a time as system tables show it. Units: milliseconds, to the microsecond. */
export function formatMs(ms: number | null): string | null {
  return ms === null ? null : String(Math.round(ms * 1000) / 1000);
}
