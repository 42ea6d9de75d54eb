import type { TraceEvent } from './engine-traces.ts';

/** What stands in the place of a value. */
const HIDDEN = '…';

/** Keys under which values of rows stand, or places of files that tell them. */
const VALUE_KEYS: ReadonlySet<string> = new Set(['missingValues', 'partition', 'files']);

/** Returns an event without values of rows: literals, parameters, places of files, texts of errors. Names, types and sizes stay. */
export function redactEvent(event: TraceEvent): TraceEvent {
  return { ...event, body: event.message === 'error' ? codeOf(event.body) : redact(event.body) };
}

function codeOf(body: unknown): unknown {
  return { code: (body as { readonly code: unknown }).code };
}

function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => [key, redactKey(value, key, part)]);
  return Object.fromEntries(entries);
}

/** A path names partitions, and so their values. A query's own `parameters` are types; those of a run are values. */
function redactKey(owner: object, key: string, part: unknown): unknown {
  const isLiteral = key === 'value' && 'kind' in owner && owner.kind === 'literal';
  const isValues = (key === 'parameters' && 'queryId' in owner) || VALUE_KEYS.has(key);
  if (isLiteral || key === 'uri') return part === null ? null : HIDDEN;
  if (isValues) return Array.isArray(part) ? part.map((value) => (value === null ? null : HIDDEN)) : HIDDEN;
  return redact(part);
}
