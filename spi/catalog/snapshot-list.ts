import { PlatformError } from '../error/platform-error.ts';
import type { RelationName } from './table-ref.ts';

/** A table at one of its snapshots; null stands for the time before its first. */
export interface NamedSnapshot {
  readonly table: RelationName;
  /** Decimal text. */
  readonly snapshotId: string | null;
}

const PLAIN_NAME = /^[^\s.,@"]+$/u;
const NAME_PATTERN = String.raw`(?:"(?:[^"]|"")+"|[^\s.,@"]+)`;
const ENTRY = new RegExp(String.raw`\s*(${NAME_PATTERN})\.(${NAME_PATTERN})@(\d{1,19}|empty)\s*(?:,|$)`, 'uy');

/** Returns snapshots as they are shown: `schema.table@id, ..`, each once, `@empty` for none. Names that the form cannot hold are quoted. */
export function printSnapshotList(snapshots: readonly NamedSnapshot[]): string {
  return [...new Set(snapshots.map(printSnapshot))].join(', ');
}

/** Returns one entry of the list. */
export function printSnapshot({ table, snapshotId }: NamedSnapshot): string {
  return `${quoted(table.schema)}.${quoted(table.name)}@${snapshotId ?? 'empty'}`;
}

/** Reads what `printSnapshotList` wrote.
 *  @throws REQUEST_INVALID when it is not such a list */
export function parseSnapshotList(text: string): readonly NamedSnapshot[] {
  const entries: NamedSnapshot[] = [];
  ENTRY.lastIndex = 0;
  for (let at = 0; at < text.length; at = ENTRY.lastIndex) {
    const [, schema = '', name = '', id = ''] = ENTRY.exec(text) ?? [];
    if (id === '') {
      throw new PlatformError('REQUEST_INVALID', `This is not a list of snapshots: ${JSON.stringify(text.slice(at, at + 80))}.`, {
        hint: 'Write it as "schema.table@id, schema.table@id".',
      });
    }
    entries.push({ table: { schema: unquoted(schema), name: unquoted(name) }, snapshotId: id === 'empty' ? null : id });
  }
  return entries;
}

const quoted = (name: string): string => (PLAIN_NAME.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
