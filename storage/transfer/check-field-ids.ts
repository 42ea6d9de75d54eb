import { type FileMetaData, parquetSchema, type SchemaTree } from 'hyparquet';
import { PlatformError } from '../../spi/index.ts';
import type { DeleteFacts } from '../iceberg/manifest/manifest-entry.ts';
import { FILE_PATH_ID, POS_ID } from '../iceberg/manifest/referenced-path.ts';

type Footer = Pick<FileMetaData, 'schema'>;

/** Checks that each column of a data file, and each part of a column, has a field id: one without could be found by name until the first column is renamed, and
 *  would be NULL from then on. The groups that Parquet wraps the entries of lists and maps in have none. The name mapping of a table is not followed.
 *  @throws STORAGE_UNSUPPORTED */
export function checkFieldIds(footer: Footer, path: string): void {
  const column = firstWithoutId(parquetSchema(footer));
  if (column !== null) throw refusal(`The column "${column}" of the data file ${path} has no field id.`, path, column);
}

/** Checks that a delete file tells what it deletes: one of positions by its two columns, which are read by name, one of values by the field ids that it compares.
 *  @throws STORAGE_UNSUPPORTED */
export function checkDeleteFile(footer: Footer, { content, equalityIds }: DeleteFacts, path: string): void {
  const root = parquetSchema(footer);
  if (content === 'equality') {
    const ids = idsIn(root);
    const missing = equalityIds.find((id) => !ids.has(id));
    if (missing === undefined) return;
    throw refusal(`No column of the delete file ${path} has the field id ${String(missing)}, which it compares.`, path, String(missing));
  }
  for (const [name, id] of POSITION_COLUMNS) {
    const found = root.children.find(({ element }) => element.name === name);
    // Other writers may leave the ids out, which are the same in every table.
    if (found !== undefined && (found.element.field_id ?? id) === id) continue;
    throw refusal(`The delete file ${path} has no column "${name}" of the field id ${String(id)}.`, path, name);
  }
}

const POSITION_COLUMNS = [
  ['file_path', FILE_PATH_ID],
  ['pos', POS_ID],
] as const;

/** Returns the path of the first column, or part of one, that has no id; parts of lists and maps are told as `element`, `key` and `value`. */
function firstWithoutId(group: SchemaTree, path = ''): string | null {
  for (const { node, name } of parts(group)) {
    const own = `${path}${name}`;
    if (node.element.field_id === undefined) return own;
    const found = firstWithoutId(node, `${own}.`);
    if (found !== null) return found;
  }
  return null;
}

function idsIn(group: SchemaTree, ids = new Set<number>()): ReadonlySet<number> {
  if (group.element.field_id !== undefined) ids.add(group.element.field_id);
  for (const child of group.children) idsIn(child, ids);
  return ids;
}

interface Part {
  readonly node: SchemaTree;
  readonly name: string;
}

/** The parts of a column that have ids of their own.
 *  @see LogicalTypes.md of Parquet, "Lists" and "Maps", with the rules for lists of two levels */
function parts(group: SchemaTree): readonly Part[] {
  const named = group.children.map((node) => ({ node, name: node.element.name }));
  const [entry] = group.children;
  if (entry?.element.repetition_type !== 'REPEATED' || group.children.length !== 1) return named;
  if (isAnnotated(group, ['MAP', 'MAP_KEY_VALUE']))
    return entry.children.map((node, index) => ({ node, name: index === 0 ? 'key' : 'value' }));
  if (!isAnnotated(group, ['LIST'])) return named;
  const [element] = entry.children;
  const { name } = entry.element;
  const isElement = element === undefined || entry.children.length > 1 || name === 'array' || name === `${group.element.name}_tuple`;
  return [{ node: isElement ? entry : element, name: 'element' }];
}

const isAnnotated = ({ element: { converted_type: converted, logical_type: logical } }: SchemaTree, kinds: readonly string[]): boolean =>
  kinds.includes(converted ?? '') || kinds.includes(logical?.type ?? '');

function refusal(message: string, path: string, column: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', message, {
    hint: 'Rewrite it with the program that owns the table, or load it into a table of its own by COPY FROM.',
    details: { path, column },
  });
}
