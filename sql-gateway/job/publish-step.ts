import type { Catalog, RelationName } from '../../spi/index.ts';
import { formatQuoted } from '../../sql/format/index.ts';
import { tokenize } from '../../sql/lex/index.ts';
import { DEFAULT_SCHEMA } from '../query/bind-request.ts';
import type { TableBranch } from '../query/branch-catalog.ts';
import type { RequestSession } from '../query/statement-request.ts';
import type { JobProgress } from './job-progress.ts';
import type { JobStatement, PublishPart } from './job-spec.ts';

/** Stands in for the branch until the job has an id. */
const UNNAMED = 'job';

/** Returns the statements of a step that publishes a table: what the step does is done on a branch, which becomes the table when all of it has
 *  succeeded. The branch is dropped before, and again when nobody needs it any more. */
export function publishingStatements(table: string, statements: readonly JobStatement[]): readonly JobStatement[] {
  const inside = statements.map((statement): JobStatement => {
    const part = statement.expects === undefined ? 'fill' : 'look';
    return { ...statement, publish: { table, part, branch: UNNAMED } };
  });
  const clear = ownStatement({ table, part: 'clear', branch: UNNAMED });
  return [clear, ...inside, ownStatement({ table, part: 'publish', branch: UNNAMED }), clear];
}

/** Returns the statements with branches of the job's own, so that no two jobs write to one. */
export function nameBranches(statements: readonly JobStatement[], jobId: string): readonly JobStatement[] {
  return statements.map((statement) => {
    if (statement.publish === undefined) return statement;
    const publish = { ...statement.publish, branch: `job-${jobId}` };
    const isOwn = publish.part === 'clear' || publish.part === 'publish';
    return { ...statement, publish, ...(isOwn ? { sql: sqlOf(publish) } : {}) };
  });
}

function ownStatement(publish: PublishPart): JobStatement {
  return { sql: sqlOf(publish), line: 1, column: 1, publish };
}

function sqlOf({ table, part, branch }: PublishPart): string {
  const name = formatQuoted(branch);
  return part === 'publish' ? `ALTER TABLE ${table} FAST FORWARD TO BRANCH ${name}` : `ALTER TABLE ${table} DROP BRANCH IF EXISTS ${name}`;
}

/** Returns the branch that a statement takes for its table; null for one that names tables themselves. */
export function branchOf({ publish }: JobStatement, { schema }: RequestSession): TableBranch | null {
  if (publish?.part !== 'fill' && publish?.part !== 'look') return null;
  return { table: nameOf(publish.table, schema ?? DEFAULT_SCHEMA), branch: publish.branch };
}

function nameOf(text: string, schema: string): RelationName {
  const names = tokenize(text).flatMap(({ kind, value }) => (kind === 'word' || kind === 'quoted' ? [value] : []));
  return { schema: names.length > 1 ? (names[0] ?? schema) : schema, name: names.at(-1) ?? text };
}

/** Returns the numbers of all statements of the step that publishes with the statement `publish`. */
export function stepOf(statements: readonly JobStatement[], publish: number): readonly number[] {
  const { step } = statements[publish - 1] ?? {};
  return statements.flatMap((statement, index) => (statement.step === step ? [index + 1] : []));
}

/** Returns the numbers of the statements that a job does anew when it is tried again: those of steps that have not published. What they have written is
 *  not as expected, or is built on rows that are not the newest any more. */
export async function statementsToRepeat(
  statements: readonly JobStatement[],
  progress: JobProgress,
  catalog: Catalog,
): Promise<readonly number[]> {
  const repeated: number[] = [];
  for (const [index, { publish }] of statements.entries()) {
    if (publish?.part !== 'publish' || progress.committed.has(index + 1)) continue;
    const step = stepOf(statements, index + 1);
    if (!(await isPublished(step, progress, catalog))) repeated.push(...step);
  }
  return repeated;
}

/** Whether the table has the rows that a step wrote last. It may, though the job could not note it. */
async function isPublished(step: readonly number[], { committed }: JobProgress, catalog: Catalog): Promise<boolean> {
  const last = step.flatMap((statement) => committed.get(statement) ?? []).findLast(({ snapshotId }) => snapshotId !== null);
  if (last === undefined || last.table === null) return false;
  const pinned = catalog.pinned();
  const found = await pinned.resolve(last.table);
  if (found?.kind !== 'table' || found.ref.uuid !== last.table.uuid) return false;
  const parents = new Map((await pinned.history(last.table)).map(({ snapshotId, parentId }) => [snapshotId, parentId]));
  for (let at = found.snapshotId; at !== null; at = parents.get(at) ?? null) if (at === last.snapshotId) return true;
  return false;
}
