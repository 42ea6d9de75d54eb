import { type DataType, type Field, sameType, type ScanColumn } from '../../spi/index.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import type { Manifest } from '../iceberg/manifest/read-manifest.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** How a data file holds the columns that a scan reads. */
export interface WrittenColumns {
  /** @see ParquetSplit.matchesSchema */
  readonly matchesSchema: boolean;
  /** @see ParquetSplit.partNames */
  readonly partNames: Readonly<Record<string, string | null>>;
  /** Ids of columns that the file does not have. */
  readonly absent: readonly number[];
}

/** Of a file whose parts of columns have the names of the schema. */
export const NO_PART_NAMES: WrittenColumns['partNames'] = Object.freeze({});

/** Of a file that has all columns. */
export const NONE_ABSENT: WrittenColumns['absent'] = Object.freeze([]);

/** Tells how the files of a manifest hold the columns of a scan. Columns are those of the schema only where they have its ids: a name may have gone to
 *  another column since. */
export class WrittenColumnsOf {
  readonly #table: TableMetadata;
  readonly #wanted: readonly Field[];
  readonly #manifest: Manifest;
  readonly #matchesSchema: boolean;
  readonly #known = new Map<readonly Field[], WrittenColumns>();
  /** Entries of one snapshot stand together, and numbers of snapshots are slow to look up. */
  #last: { readonly snapshotId: bigint | null; readonly columns: WrittenColumns } | null = null;

  constructor(table: TableMetadata, fields: readonly Field[], columns: readonly ScanColumn[], manifest: Manifest) {
    this.#table = table;
    this.#wanted = columns.flatMap((column) => fields.find((field) => field.id === column.fieldId) ?? []);
    this.#manifest = manifest;
    this.#matchesSchema = this.#wanted.every((field) => this.#isSame(field));
  }

  /** Tells scans apart that find the columns of the manifest's files differently: equal for those that find the same. */
  get reading(): string {
    return this.#matchesSchema ? 'by name' : `by id ${this.#wanted.map(({ id }) => id).join()}`;
  }

  of(entry: ManifestEntry): WrittenColumns {
    if (this.#last?.snapshotId !== entry.snapshotId) this.#last = { snapshotId: entry.snapshotId, columns: this.#find(entry) };
    return this.#last.columns;
  }

  #find(entry: ManifestEntry): WrittenColumns {
    const written = this.#writtenFields(entry);
    const known = this.#known.get(written);
    if (known !== undefined) return known;
    const found = this.#compare(written);
    this.#known.set(written, found);
    return found;
  }

  #compare(written: readonly Field[]): WrittenColumns {
    if (this.#matchesSchema) return { matchesSchema: true, partNames: NO_PART_NAMES, absent: NONE_ABSENT };
    const partNames: Record<string, string | null> = {};
    for (const wanted of this.#wanted) notePartNames(wanted.type, written.find((field) => field.id === wanted.id)?.type, partNames);
    const absent = this.#wanted.filter(({ id }) => !written.some((field) => field.id === id)).map(({ id }) => id);
    const named = Object.keys(partNames).length > 0;
    return { matchesSchema: false, partNames: named ? partNames : NO_PART_NAMES, absent: absent.length === 0 ? NONE_ABSENT : absent };
  }

  #isSame(wanted: Field): boolean {
    const { exact, schema } = this.#manifest;
    const schemas = exact ? [schema] : [schema, ...this.#table.schemas.values()];
    return schemas.every(({ fields }) =>
      isSameColumn(
        wanted,
        fields.find((field) => field.id === wanted.id),
      ),
    );
  }

  /** A manifest that another writer has merged has a schema of its own time; the file has that of the snapshot that brought it. */
  #writtenFields({ snapshotId }: ManifestEntry): readonly Field[] {
    const { exact, schema } = this.#manifest;
    if (exact || snapshotId === null) return schema.fields;
    const schemaId = this.#table.snapshots.get(snapshotId)?.schemaId ?? null;
    return (schemaId === null ? undefined : this.#table.schemas.get(schemaId)?.fields) ?? schema.fields;
  }
}

function isSameColumn(wanted: Field, found: Field | undefined): boolean {
  return found?.name === wanted.name && sameType(wanted.type, found.type) && samePartIds(wanted.type, found.type);
}

/** For two types that are alike but for their ids. */
function samePartIds(left: DataType, right: DataType): boolean {
  if (left.kind === 'struct' && right.kind === 'struct') {
    return left.fields.every((field, index) => {
      const other = right.fields[index];
      return other !== undefined && field.id === other.id && samePartIds(field.type, other.type);
    });
  }
  if (left.kind === 'list' && right.kind === 'list') return samePartIds(left.element, right.element);
  if (left.kind === 'map' && right.kind === 'map') return samePartIds(left.key, right.key) && samePartIds(left.value, right.value);
  return true;
}

function notePartNames(wanted: DataType, written: DataType | undefined, names: Record<string, string | null>): void {
  if (wanted.kind === 'list' && written?.kind === 'list') notePartNames(wanted.element, written.element, names);
  if (wanted.kind === 'map' && written?.kind === 'map') {
    notePartNames(wanted.key, written.key, names);
    notePartNames(wanted.value, written.value, names);
  }
  if (wanted.kind !== 'struct' || written?.kind !== 'struct') return;
  for (const field of wanted.fields) {
    const found = written.fields.find((candidate) => candidate.id === field.id);
    if (found !== undefined && found.name !== field.name) names[String(field.id)] = found.name;
    if (found === undefined) names[String(field.id)] = null;
    else notePartNames(field.type, found.type, names);
  }
}
