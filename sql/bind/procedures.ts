import type { DataType } from '../../spi/index.ts';

/** A procedure that CALL may name. */
export interface Procedure {
  /** With its schema. */
  readonly name: string;
  readonly parameters: readonly ProcedureParameter[];
  readonly summary: string;
  /** What to do as long as nothing carries it out. */
  readonly hint: string;
}

/** A parameter of a procedure, given by position or by name. */
export interface ProcedureParameter {
  readonly name: string;
  /** `table` is the name of a stored table as text. */
  readonly type: 'table' | Extract<DataType['kind'], 'varchar' | 'bigint' | 'timestamptz' | 'boolean'>;
  readonly required: boolean;
}

const TABLE: ProcedureParameter = { name: 'table', type: 'table', required: true };
const optional = (name: string, type: ProcedureParameter['type']): ProcedureParameter => ({ name, type, required: false });
const required = (name: string, type: ProcedureParameter['type']): ProcedureParameter => ({ name, type, required: true });

const REWRITE = 'Write the table anew: CREATE OR REPLACE TABLE t AS SELECT * FROM t.';
const ROLLBACK = 'Write the old rows anew: INSERT OVERWRITE t SELECT * FROM t FOR VERSION AS OF the snapshot.';
const WAIT = 'Old files and snapshots stay until the storage can clean up; they take room and do no harm.';

/** All procedures. The storage carries out none of them yet. */
export const PROCEDURES: readonly Procedure[] = [
  {
    name: 'system.rewrite_data_files',
    parameters: [TABLE, optional('where', 'varchar'), optional('target_file_bytes', 'bigint')],
    summary: 'Puts the rows of small files into big ones.',
    hint: REWRITE,
  },
  { name: 'system.rewrite_manifests', parameters: [TABLE], summary: 'Writes the lists of files anew.', hint: WAIT },
  {
    name: 'system.expire_snapshots',
    parameters: [TABLE, optional('older_than', 'timestamptz'), optional('retain_last', 'bigint')],
    summary: 'Forgets old snapshots with the files that only they read.',
    hint: WAIT,
  },
  {
    name: 'system.remove_orphan_files',
    parameters: [TABLE, optional('older_than', 'timestamptz'), optional('dry_run', 'boolean')],
    summary: 'Removes files that no snapshot reads.',
    hint: WAIT,
  },
  {
    name: 'system.rollback_to_snapshot',
    parameters: [TABLE, required('snapshot_id', 'bigint')],
    summary: 'Makes an older snapshot the current one.',
    hint: ROLLBACK,
  },
  {
    name: 'system.rollback_to_timestamp',
    parameters: [TABLE, required('timestamp', 'timestamptz')],
    summary: 'Makes the snapshot of an instant the current one.',
    hint: ROLLBACK,
  },
];
