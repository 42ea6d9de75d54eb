import type { DataType } from '../../spi/index.ts';

/** A procedure that CALL may name. */
export interface Procedure {
  /** With its schema. */
  readonly name: string;
  readonly parameters: readonly ProcedureParameter[];
  readonly summary: string;
}

/** A parameter of a procedure, given by position or by name. */
export interface ProcedureParameter {
  readonly name: string;
  /** `table` is the name of a stored table as text, `name` one that a table is to have. */
  readonly type: 'table' | 'name' | Extract<DataType['kind'], 'varchar' | 'bigint' | 'timestamptz' | 'boolean'>;
  readonly required: boolean;
}

const TABLE: ProcedureParameter = { name: 'table', type: 'table', required: true };
const optional = (name: string, type: ProcedureParameter['type']): ProcedureParameter => ({ name, type, required: false });
const required = (name: string, type: ProcedureParameter['type']): ProcedureParameter => ({ name, type, required: true });

const REWRITE_PARAMETERS = [TABLE, optional('where', 'varchar'), optional('target_file_bytes', 'bigint')];

/** All procedures, by name. */
export const PROCEDURES = [
  {
    name: 'system.optimize',
    parameters: REWRITE_PARAMETERS,
    summary: 'Puts the rows of small files into big ones, sorted where the table says how.',
  },
  {
    name: 'system.rewrite_data_files',
    parameters: REWRITE_PARAMETERS,
    summary: 'Is system.optimize under the name that Iceberg gives it.',
  },
  {
    name: 'system.add_files',
    parameters: [TABLE, required('files', 'varchar')],
    summary: 'Makes Parquet files part of a table without writing their rows anew.',
  },
  { name: 'system.rewrite_manifests', parameters: [TABLE], summary: 'Writes the lists of files anew, few and in the order of partitions.' },
  {
    name: 'system.expire_snapshots',
    parameters: [TABLE, optional('older_than', 'timestamptz'), optional('retain_last', 'bigint')],
    summary: 'Forgets old snapshots with the files that only they read.',
  },
  {
    name: 'system.remove_orphan_files',
    parameters: [TABLE, optional('older_than', 'timestamptz'), optional('dry_run', 'boolean'), optional('force', 'boolean')],
    summary: 'Removes files that no snapshot reads.',
  },
  {
    name: 'system.rollback_to_snapshot',
    parameters: [TABLE, required('snapshot_id', 'bigint')],
    summary: 'Makes an older snapshot the current one.',
  },
  {
    name: 'system.rollback_to_timestamp',
    parameters: [TABLE, required('timestamp', 'timestamptz')],
    summary: 'Makes the snapshot of an instant the current one.',
  },
  {
    name: 'system.set_current_snapshot',
    parameters: [TABLE, required('snapshot_id', 'bigint')],
    summary: 'Makes any snapshot of the table the current one.',
  },
  {
    name: 'system.register_table',
    parameters: [required('table', 'name'), required('metadata_file', 'varchar'), optional('check', 'boolean')],
    summary: 'Takes a table into the catalog whose files another program wrote.',
  },
  {
    name: 'system.backup',
    parameters: [required('folder', 'varchar')],
    summary: 'Copies all tables, as they are at one moment, into a folder.',
  },
  {
    name: 'system.restore',
    parameters: [required('folder', 'varchar'), optional('table', 'name'), optional('as', 'name')],
    summary: 'Brings a backup into an empty warehouse, or one table of it under a free name.',
  },
  { name: 'system.verify', parameters: [TABLE], summary: 'Compares all that the newest snapshot refers to with its checksums.' },
] as const satisfies readonly Procedure[];

/** Name of a procedure that brings tables into the warehouse or out of it, rather than working on a table that is there. */
export type TransferName = 'system.register_table' | 'system.backup' | 'system.restore';

/** Name of a procedure that works on a table, with its schema. */
export type ProcedureName = Exclude<(typeof PROCEDURES)[number]['name'], TransferName>;
