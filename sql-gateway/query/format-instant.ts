/** Returns the canonical text of a `timestamptz`: UTC, microseconds. Units: milliseconds since 1970 UTC. */
export function formatInstant(atMs: number | null): string | null {
  if (atMs === null) return null;
  return `${new Date(atMs).toISOString().replace('T', ' ').slice(0, -1)}000+00`;
}
