import { RecordBatchReader } from 'apache-arrow';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { prepareCase } from '../check/plan-case.ts';
import { describeError, runOptions } from '../run/ask-engine.ts';
import { largeTable } from '../world/large-table.ts';

const ROWS = 3_000_000;

/** Whether results beyond any buffer come whole. */
export const LARGE_CHECK: Check = {
  id: 'truth.large',
  level: 2,
  title: 'A result of three million rows comes whole, and in order where an order is asked for',
  readOn: 'docs/plugin-author-guide.md#6-answering',
  run: checkLarge,
};

async function checkLarge(context: CheckContext): Promise<CheckOutcome> {
  if (context.quick) return skipped('left out by --quick');
  const name = await largeTable(context.world, ROWS);
  const findings = new Findings();
  for (const [sql, ordered] of [
    [`SELECT id, v FROM ${name}`, false],
    [`SELECT id FROM ${name} ORDER BY id DESC`, true],
  ] as const) {
    const prepared = await prepareCase(context.world, { id: sql, sql }, context.shared.engine.capabilities);
    if (prepared.undeclared !== null) continue;
    try {
      const seen = await drain(context, prepared);
      const wanted = `${String(ROWS)} rows, each id once${ordered ? ', in order' : ''}`;
      const isWhole =
        seen.rows === ROWS &&
        seen.sum === (BigInt(ROWS) * BigInt(ROWS - 1)) / 2n &&
        seen.distinct === ROWS &&
        (!ordered || seen.descending);
      findings.expect(
        isWhole,
        sql,
        wanted,
        `${String(seen.rows)} rows, ${String(seen.distinct)} different ids${ordered && !seen.descending ? ', out of order' : ''}`,
      );
    } catch (error) {
      const { code, message } = describeError(error);
      if (code !== 'ENGINE_UNSUPPORTED') findings.expect(false, sql, 'rows', `${code ?? 'an error without a code'}: ${message}`);
    }
  }
  return findings.outcome();
}

async function drain({ shared }: CheckContext, { query }: Awaited<ReturnType<typeof prepareCase>>) {
  const seen = { rows: 0, sum: 0n, distinct: 0, descending: true };
  const met = new Uint8Array(ROWS);
  let last = BigInt(ROWS);
  let schema: Uint8Array | null = null;
  const prepared = await shared.engine.prepare(query);
  for await (const frame of prepared.execute(runOptions()).frames) {
    if (schema === null) {
      schema = frame;
      continue;
    }
    for (const batch of RecordBatchReader.from([schema, frame])) {
      const ids = batch.data.children[0]?.values as BigInt64Array;
      for (let row = 0; row < batch.numRows; row += 1) {
        const id = ids[row] ?? -1n;
        if (id >= last) seen.descending = false;
        last = id;
        seen.sum += id;
        const at = Number(id);
        if (met[at] === 0) seen.distinct += 1;
        met[at] = 1;
      }
      seen.rows += batch.numRows;
    }
  }
  await prepared.close();
  return seen;
}
