/** Names of the tables that describe a stored table `t`, read as `"t$<name>"`. Source: the metadata tables of Iceberg, as Trino names them. */
export const METADATA_TABLE_NAMES = ['snapshots', 'history', 'refs', 'manifests', 'partitions', 'files', 'entries'] as const;

/** Name of a metadata table. */
export type MetadataTableName = (typeof METADATA_TABLE_NAMES)[number];

/** Metadata tables that describe one snapshot, so that FOR VERSION AS OF means something; the others describe the table. */
export const SNAPSHOT_METADATA_TABLES: ReadonlySet<MetadataTableName> = new Set(['manifests', 'partitions', 'files', 'entries']);

/** Columns and rows of a metadata table.
 *  Shape: values are texts in the canonical form of the column's type; lists and maps are JSON texts.
 *  Units: times are instants, sizes bytes. */
export interface MetadataTable {
  readonly columns: readonly { readonly name: string; readonly type: 'varchar' | 'bigint' | 'boolean' | 'timestamptz' }[];
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}
