import { RecordBatchReader } from 'apache-arrow';
import type { CommitResult, Fragment, WriteTransaction } from '../../spi/index.ts';
import { readColumn } from '../../runtime/arrow/index.ts';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { describeError, runOptions } from '../run/ask-engine.ts';
import { column, plain } from '../world/fixture-table.ts';
import type { World } from '../world/open-world.ts';

const NAME = 'written';
const SOURCE = 'SELECT id, name FROM items WHERE id < 250';
const ROWS = 250;

/** Checks of writes. */
export const WRITE_CHECKS: readonly Check[] = [
  {
    id: 'conduct.write',
    level: 3,
    title: 'Staged rows are those of the query, show with the commit only, and once, whatever attempts there were',
    readOn: 'docs/plugin-author-guide.md#7-writing',
    run: checkWrite,
  },
];

async function checkWrite(context: CheckContext): Promise<CheckOutcome> {
  const { world, shared } = context;
  if (!shared.engine.capabilities.statements.includes('write')) return skipped("'write' is not declared");
  const findings = new Findings();
  await world.create({ name: NAME, columns: [column('id', plain('integer')), column('name', plain('varchar'))], files: [] });
  try {
    const first = await begin(world);
    const fragments = await stage(context, first);
    const early = await idsOf(world);
    findings.expect(early.length === 0, `INSERT of ${SOURCE}, before the commit`, 'no row in the table', `${String(early.length)} rows`);
    await commit(first, fragments, 'once');
    await expectRows(world, findings, 'after the commit', 1);
    const again = await first.commit(fragments, 'once').catch(() => null);
    findings.expect(
      again === null || again.repeated,
      'the commit under the same key',
      'one that is repeated, or refused',
      'a second commit',
    );
    const lost = await begin(world);
    await stage(context, lost);
    await lost.abort();
    const second = await begin(world);
    await commit(second, await stage(context, second), 'twice');
    await expectRows(world, findings, 'after a write that was given up, and one that was committed', 2);
    const [left, right] = [await begin(world), await begin(world)];
    const [one, other] = [await stage(context, left), await stage(context, right)];
    await Promise.all([commit(left, one, 'left'), commit(right, other, 'right')]);
    await expectRows(world, findings, 'after two commits at once', 4);
  } catch (error) {
    const { code, message } = describeError(error);
    findings.expect(false, `INSERT of ${SOURCE}`, 'a write that succeeds', `${code ?? 'an error without a code'}: ${message}`);
  }
  return findings.outcome();
}

async function begin(world: World): Promise<WriteTransaction> {
  const { ref } = await world.table(NAME);
  return world.warehouse.sink.begin({ kind: 'append', table: ref });
}

async function stage({ world, shared }: CheckContext, transaction: WriteTransaction): Promise<readonly Fragment[]> {
  const { query } = await world.bind(SOURCE);
  return shared.engine.write(query, transaction, runOptions());
}

function commit(transaction: WriteTransaction, fragments: readonly Fragment[], key: string): Promise<CommitResult> {
  return transaction.commit(fragments, key);
}

async function expectRows(world: World, findings: Findings, when: string, times: number): Promise<void> {
  const ids = await idsOf(world);
  const right = ids.length === ROWS * times && new Set(ids).size === ROWS;
  findings.expect(
    right,
    `INSERT of ${SOURCE}, ${when}`,
    `${String(ROWS)} ids, each ${String(times)} times`,
    `${String(ids.length)} rows, ${String(new Set(ids).size)} ids`,
  );
}

/** Reads the table without any engine. */
async function idsOf(world: World): Promise<readonly unknown[]> {
  const { ref, snapshotId, schemaId, fields } = await world.table(NAME);
  const columns = fields.slice(0, 1).map(({ id, name, type, nullable }) => ({ id, name, type, nullable, fieldId: id }));
  const { splits } = await world.warehouse.source.plan({ table: ref, snapshotId, schemaId, columns, filter: null });
  const ids: unknown[] = [];
  for (const split of splits) {
    const reader = await RecordBatchReader.from(world.warehouse.source.read(split, columns));
    for await (const batch of reader) {
      const [data] = batch.data.children;
      if (data === undefined) continue;
      const read = readColumn(data);
      for (let row = 0; row < batch.numRows; row += 1) ids.push(read(row));
    }
  }
  return ids;
}
