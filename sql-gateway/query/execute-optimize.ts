import {
  assert,
  type Fragment,
  isLineageColumn,
  type RewriteGroup,
  type RunOptions,
  type StagingArea,
  type StagingTarget,
  type WriteTransaction,
} from '../../spi/index.ts';
import type { BoundCall } from '../../sql/bind/index.ts';
import { restrictScan } from '../../sql/plan/index.ts';
import type { RegisteredEngine } from '../engine/engine-registry.ts';
import { answerRow } from './answer-small.ts';
import { beginAnew } from './begin-anew.ts';
import { countRowsIn } from './count-live-rows.ts';
import { commitStaged, findEarlierCommit } from './execute-write.ts';
import { sumRows } from './find-affected-files.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Units: milliseconds; the longest pause after the n-th lost run is n times this. */
const RETRY_PAUSE_MS = 50;

const NO_HINTS = { engine: null };

/** Puts the rows of small files, and those that deletes leave of files, into new ones, group by group, in one commit. Rows appended meanwhile stay as they are.
 *  Guarantees: when another writer has replaced one of the files or deleted rows of it, nothing is committed and the statement begins anew on the newest snapshot.
 *  @throws STORAGE_CONFLICT when it has lost too often */
export function executeOptimize(statement: BoundCall, context: StatementContext): Promise<StatementOutcome> {
  return beginAnew(statement, context, (current) => optimizeOnce(current, context), {
    pauseMs: RETRY_PAUSE_MS,
    next: (bound) => {
      assert(bound.kind === 'call', 'a text means the same kind of statement again');
      return bound;
    },
  });
}

async function optimizeOnce(statement: BoundCall, context: StatementContext): Promise<StatementOutcome> {
  const { table, rewrite } = statement;
  assert(rewrite !== null, 'what optimize reads is bound');
  const earlier = await findEarlierCommit(table, context);
  if (earlier !== null) return answerRewrite([], [], earlier.snapshotId);
  const target = statement.arguments['target_file_bytes'];
  const groups = await context.maintenance.planRewrite(rewrite.scan, target === undefined ? null : Number(target));
  if (groups.length === 0) return answerRewrite([], [], null);
  const removes = groups.flatMap(({ files }) => files);
  const route = await context.router.route({
    query: restrictScan(rewrite.query, rewrite.scan.columns, removes),
    statement: 'write',
    wish: { hint: null, session: context.request.session.engine, preferred: null },
  });
  return context.router.run(route, context.record.signal, async (candidate) => {
    context.record.describe({ engine: candidate.name });
    const transaction = await context.sink.begin({
      kind: 'rewrite',
      table,
      removes,
      rows: sumRows(groups),
      sameRows: true,
      lineage: rewrite.scan.columns.some(isLineageColumn),
      readAt: rewrite.scan.snapshotId,
    });
    let fragments: readonly Fragment[] = [];
    const stage = async (): Promise<readonly Fragment[]> => {
      fragments = await stageGroups(statement, groups, transaction, candidate, context);
      return fragments;
    };
    const { snapshotId } = await commitStaged(transaction, stage, context);
    return answerRewrite(groups, fragments, snapshotId);
  });
}

async function stageGroups(
  { rewrite }: BoundCall,
  groups: readonly RewriteGroup[],
  transaction: WriteTransaction,
  { engine }: RegisteredEngine,
  context: StatementContext,
): Promise<readonly Fragment[]> {
  const { record, deadlineAtMs } = context;
  const staged: Fragment[] = [];
  for (const [index, group] of groups.entries()) {
    record.signal.throwIfAborted();
    assert(rewrite !== null, 'what optimize reads is bound');
    const query = restrictScan(rewrite.query, rewrite.scan.columns, group.files);
    const run: RunOptions = { queryId: record.id, parameters: [], signal: record.signal, deadlineAtMs };
    const rows = group.filesWithDeletes === 0 ? group.rows : await countRowsIn(rewrite.scan, group.files, NO_HINTS, context);
    const fragments = rows === 0 ? [] : await engine.write(query, new GroupArea(transaction, group, index), run);
    checkRows(rows, fragments);
    staged.push(...fragments.map((fragment) => named(fragment, group, index)));
    record.describe({ progress: { fraction: (index + 1) / groups.length, rowsRead: 0, tasks: { done: index + 1, total: groups.length } } });
  }
  return staged;
}

/** The part of the staging area that one group is written to: into one file where all its rows are of one partition. */
class GroupArea implements StagingArea {
  readonly #area: StagingArea;
  readonly #group: RewriteGroup;
  readonly #index: number;

  constructor(area: StagingArea, group: RewriteGroup, index: number) {
    this.#area = area;
    this.#group = group;
    this.#index = index;
  }

  get fields(): StagingArea['fields'] {
    return this.#area.fields;
  }

  async target(task: string, attempt: number): Promise<StagingTarget> {
    const target = await this.#area.target(taskOf(task, this.#index), attempt);
    if (this.#group.partition === null) return target;
    return { ...target, partitionSpec: { ...target.partitionSpec, fields: [] }, oneFile: true };
  }

  append(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment> {
    return this.#area.append(taskOf(task, this.#index), attempt, frames);
  }
}

const taskOf = (task: string, index: number): string => `g${String(index)}_${task}`;

/** Tells the task as the transaction knows it, and the partition of files that were written without one. */
function named(fragment: Fragment, { partition }: RewriteGroup, index: number): Fragment {
  const files =
    partition === null ? fragment.files : fragment.files.map((file) => (file.partition.length === 0 ? { ...file, partition } : file));
  const prefix = taskOf('', index);
  return { ...fragment, task: fragment.task.startsWith(prefix) ? fragment.task : prefix + fragment.task, files };
}

/** The rows must be those of before; a file that lost or gained one is not committed. */
function checkRows(rows: number, fragments: readonly Fragment[]): void {
  const written = sumRows(fragments.flatMap(({ files }) => files));
  assert(written === rows, `a file that is written anew has the rows of those before: ${String(written)} of ${String(rows)}`);
}

function answerRewrite(groups: readonly RewriteGroup[], fragments: readonly Fragment[], snapshotId: string | null): StatementOutcome {
  const written = fragments.flatMap(({ files }) => files);
  return answerRow({
    rewritten_files: groups.reduce((sum, { files }) => sum + files.length, 0),
    added_files: written.length,
    rewritten_bytes: groups.reduce((sum, { bytes }) => sum + bytes, 0),
    added_bytes: written.reduce((sum, { bytes }) => sum + bytes, 0),
    snapshot_id: snapshotId,
  });
}
