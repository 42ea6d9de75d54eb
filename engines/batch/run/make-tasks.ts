import { assert, type LogicalPlan, type PlanOutput, type ScanNode, scansOf } from '../../../spi/index.ts';
import { deletesWithin } from '../../duckdb/file-deletes.ts';
import type { FileRows, ScanInput } from '../../duckdb/query-message.ts';
import type { TableInput } from '../plan-inputs.ts';
import { exchangeStage } from '../stage/exchange-scan.ts';
import type { CutSettings } from '../stage/planner.ts';
import type { Branch, Stage } from '../stage/stage-plan.ts';
import type { ExchangeFile } from '../task-message.ts';
import { cutFiles, type FilePieces } from './cut-files.ts';

/** A piece of work that is run by itself. */
export interface Task {
  /** Unique in the execution, and the same in another execution of the same query over the same files. */
  readonly name: string;
  readonly stage: Stage;
  readonly plan: LogicalPlan;
  /** One per scan node of the plan, in the order of `walkPlan`. */
  readonly scans: readonly ScanInput[];
  /** Rows of the part that is this task's alone, before residuals. */
  readonly rows: number;
  /** What it alone reads of the files that the tasks of its branch divide among them; empty where they divide none. */
  readonly split: readonly FileRows[];
}

/** What tasks are made from. */
export interface TaskSources {
  readonly plan: LogicalPlan;
  readonly inputs: ReadonlyMap<ScanNode, TableInput>;
  /** Returns the files of a stage that is done. */
  exchange(stageId: number): readonly ExchangeFile[];
  readonly settings: CutSettings;
}

/** Inputs below this part of a task's target are not cut. */
const UNCUT_SHARE = 1 / 32;
const TASKS_MAX = 1000;

/** Returns the tasks of a stage whose inputs are there. */
export function makeTasks(stage: Stage, sources: TaskSources): readonly Task[] {
  const pieces = stage.branches.flatMap((branch) => piecesOf(branch, sources).map((piece) => ({ branch, piece })));
  return pieces.map(({ branch, piece }, index) => {
    const scans = scansOf(branch.root).map((scan) => piece.get(scan) ?? wholeInput(scan, sources));
    return {
      name: `s${String(stage.id)}_t${String(index)}`,
      stage,
      plan: { ...sources.plan, root: branch.root, output: outputOf(stage, sources.plan) },
      scans: scans.map(({ input }) => input),
      rows: scans.reduce((sum, { rows }) => sum + rows, 0),
      split: scans.flatMap(({ split }) => split ?? []),
    };
  });
}

interface SizedInput {
  readonly input: ScanInput;
  readonly rows: number;
  readonly split?: readonly FileRows[];
}

/** What a task reads of the scans that the tasks divide among them. */
type Piece = ReadonlyMap<ScanNode, SizedInput>;

function piecesOf({ source }: Branch, sources: TaskSources): readonly Piece[] {
  switch (source.kind) {
    case 'single':
      return [new Map()];
    case 'split': {
      const input = tableInput(source.scan, sources);
      return cutFiles(input.files, pieceCount(input, sources.settings)).map((piece) => new Map([[source.scan, sizedInput(input, piece)]]));
    }
    case 'partitions': {
      const partitions = Array.from({ length: source.count }, (_, partition) =>
        source.scans.map((scan): readonly [ScanNode, SizedInput] => [scan, partitionInput(scan, partition, sources)]),
      );
      // Where no side has a row, nothing that is divided by keys puts one out.
      return partitions.filter((scans) => scans.some(([, { rows }]) => rows > 0)).map((scans) => new Map(scans));
    }
  }
}

function pieceCount({ bytes, rows }: TableInput, { executors, taskBytesTarget }: CutSettings): number {
  if (bytes <= taskBytesTarget * UNCUT_SHARE) return 1;
  return Math.min(TASKS_MAX, rows, Math.max(executors, Math.ceil(bytes / taskBytesTarget)));
}

function sizedInput(table: TableInput, { files, parts }: FilePieces): SizedInput {
  const whole = new Set(files);
  const paths = new Set([...files, ...parts.map(({ file }) => file)]);
  const wholeFiles = table.files.filter((file) => whole.has(file.path)).map(({ path, rows }) => ({ file: path, from: 0, to: rows }));
  const split = [...wholeFiles, ...parts];
  return {
    input: { ...inputOf(table), files, parts, ...deletesWithin(table.deletes, paths) },
    rows: split.reduce((sum, part) => sum + part.to - part.from, 0),
    split,
  };
}

function partitionInput(scan: ScanNode, partition: number, sources: TaskSources): SizedInput {
  const stage = exchangeStage(scan);
  assert(stage !== null, 'partitions are those of an exchange');
  const files = sources.exchange(stage).filter((file) => file.partition === partition);
  return {
    input: { files: files.map((file) => file.path), byFieldId: false, residual: null },
    rows: files.reduce((sum, file) => sum + file.rows, 0),
  };
}

function wholeInput(scan: ScanNode, sources: TaskSources): SizedInput {
  const table = tableInput(scan, sources);
  const deletes = table.deletes === undefined ? {} : { deletes: table.deletes };
  return { input: { ...inputOf(table), files: table.files.map((file) => file.path), ...deletes }, rows: table.rows };
}

function inputOf({
  byFieldId,
  columnNames,
  partNames,
  missingValues,
  residual,
}: TableInput): Pick<ScanInput, 'byFieldId' | 'columnNames' | 'partNames' | 'missingValues' | 'residual'> {
  return {
    byFieldId,
    residual,
    ...(columnNames === undefined ? {} : { columnNames }),
    ...(partNames === undefined ? {} : { partNames }),
    ...(missingValues === undefined ? {} : { missingValues }),
  };
}

function tableInput(scan: ScanNode, sources: TaskSources): TableInput {
  const stage = exchangeStage(scan);
  if (stage === null) {
    const input = sources.inputs.get(scan);
    assert(input !== undefined, 'a scan of the plan has its input');
    return input;
  }
  const files = sources.exchange(stage);
  const sum = (size: (file: ExchangeFile) => number): number => files.reduce((total, file) => total + size(file), 0);
  return { files, byFieldId: false, residual: null, rows: sum((file) => file.rows), bytes: sum((file) => file.bytes) };
}

/** Returns the stages whose exchanges a stage reads. */
export function inputStages(stage: Stage): readonly number[] {
  const stages = stage.branches.flatMap((branch) => scansOf(branch.root).map(exchangeStage));
  return [...new Set(stages.filter((id) => id !== null))];
}

function outputOf({ output }: Stage, plan: LogicalPlan): readonly PlanOutput[] {
  if (output.kind === 'final') return plan.output;
  return output.columns.map(({ id, column }) => ({ id, name: column.name, type: column.type, nullable: column.nullable }));
}
