import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings, skipped } from '../check/findings.ts';
import { prepareCase, type PreparedCase } from '../check/plan-case.ts';
import { wideTable } from '../world/large-table.ts';
import { longQuery, runToEnd } from './run-conduct.ts';

const READ_ON = 'docs/plugin-author-guide.md#6-answering';

/** Moments, by count of what an engine takes from its host, at which a run is cancelled. */
const MOMENTS = [1, 2, 3, 4, 6];

/** What an engine may take from its host beyond what was pulled: a batch in one thread, windows of a few MiB on the way through other processes. Units: bytes. */
const AHEAD_BYTES_MAX = 16 * 2 ** 20;

/** Checks of cancelling, deadlines and credits. */
export const LIMIT_CHECKS: readonly Check[] = [
  {
    id: 'conduct.cancel',
    level: 3,
    title: 'A run that is cancelled ends soon with ENGINE_CANCELLED, whenever that comes',
    readOn: READ_ON,
    run: checkCancel,
  },
  { id: 'conduct.deadline', level: 3, title: 'A run past its deadline ends with RESOURCE_DEADLINE', readOn: READ_ON, run: checkDeadline },
  {
    id: 'conduct.credits',
    level: 3,
    title: 'An engine works no more than a little ahead of whoever pulls',
    readOn: READ_ON,
    run: checkCredits,
  },
];

const NO_QUERY = 'no query over many rows is declared';

async function checkCancel(context: CheckContext): Promise<CheckOutcome> {
  const prepared = await longQuery(context);
  if (prepared === null) return skipped(NO_QUERY);
  const findings = new Findings();
  const expect = (where: string, end: string): unknown =>
    findings.expect(
      end === 'ENGINE_CANCELLED',
      `${prepared.planCase.sql}, cancelled ${where}`,
      'ENGINE_CANCELLED within a minute',
      end === 'end' ? 'a result that ends as if it were whole' : end,
    );
  expect('before it begins', (await runToEnd(context.shared, prepared, { signal: AbortSignal.abort() })).end);
  const reason = new PlatformError('RESOURCE_BUSY', 'the kit cancels with a reason of its own');
  const given = await runToEnd(context.shared, prepared, { signal: AbortSignal.abort(reason) });
  findings.expect(
    given.end === 'RESOURCE_BUSY',
    `${prepared.planCase.sql}, cancelled with a PlatformError`,
    'the reason itself: RESOURCE_BUSY',
    given.end,
  );
  for (const after of [1, 2]) {
    const controller = new AbortController();
    const { end } = await runToEnd(context.shared, prepared, { signal: controller.signal }, (frames) => {
      if (frames === after) controller.abort();
    });
    expect(`after ${String(after)} frames`, end);
  }
  for (const moment of MOMENTS) {
    const controller = new AbortController();
    let events = 0;
    context.shared.source.onEvent = () => {
      events += 1;
      if (events === moment) controller.abort();
    };
    const { end } = await runToEnd(context.shared, prepared, { signal: controller.signal });
    context.shared.source.onEvent = null;
    if (events >= moment) expect(`when it takes from its host for the ${String(moment)}. time`, end);
  }
  return findings.outcome();
}

async function checkDeadline(context: CheckContext): Promise<CheckOutcome> {
  const prepared = await longQuery(context);
  if (prepared === null) return skipped(NO_QUERY);
  const findings = new Findings();
  const past = await runToEnd(context.shared, prepared, { deadlineAtMs: Date.now() - 1 });
  findings.expect(past.end === 'RESOURCE_DEADLINE', `${prepared.planCase.sql}, begun after its deadline`, 'RESOURCE_DEADLINE', past.end);
  const deadlineAtMs = Date.now() + 1500;
  const during = await runToEnd(context.shared, prepared, { deadlineAtMs }, async (frames) => {
    if (frames === 2) await sleep(Math.max(0, deadlineAtMs + 300 - Date.now()));
  });
  // A result that was all made by then has kept its deadline.
  if (during.end !== 'end') {
    findings.expect(
      during.end === 'RESOURCE_DEADLINE',
      `${prepared.planCase.sql}, whose deadline passes while it is read`,
      'RESOURCE_DEADLINE',
      during.end,
    );
  }
  return findings.outcome();
}

async function checkCredits(context: CheckContext): Promise<CheckOutcome> {
  const prepared = await wideQuery(context);
  if (prepared === null) return skipped(NO_QUERY);
  const { source } = context.shared;
  const findings = new Findings();
  const before = source.bytes;
  const pause = { held: -1 };
  const { end } = await runToEnd(context.shared, prepared, {}, async (frames) => {
    if (frames !== 2) return;
    await untilStill(() => source.bytes);
    pause.held = source.bytes - before;
  });
  const all = source.bytes - before;
  if (all === 0) return skipped('the engine reads the files itself, so that the kit does not see how far it is');
  const [limit, whole] = [mebibytes(AHEAD_BYTES_MAX), mebibytes(all)];
  findings.expect(
    pause.held >= 0 && pause.held <= AHEAD_BYTES_MAX,
    `${prepared.planCase.sql}, held after its first batch`,
    `at most ${limit} of ${whole} taken from the host`,
    pause.held < 0 ? `no batch: ${end}` : mebibytes(pause.held),
  );
  return findings.outcome();
}

/** Returns a query over more bytes than any window holds, null when the engine takes none. */
async function wideQuery({ world, shared }: CheckContext): Promise<PreparedCase | null> {
  const name = await wideTable(world);
  for (const sql of [`SELECT id, pad FROM ${name}`, `SELECT pad FROM ${name}`]) {
    const prepared = await prepareCase(world, { id: sql, sql }, shared.engine.capabilities);
    if (prepared.undeclared === null && (await shared.engine.estimate(prepared.query)).kind === 'estimate') return prepared;
  }
  return null;
}

/** Waits until a number does not change for a while, or for as long as a run that never holds back takes. */
async function untilStill(read: () => number): Promise<void> {
  let still = 0;
  for (let turn = 0; turn < 40 && still < 6; turn += 1) {
    const before = read();
    await sleep(250);
    still = read() === before ? still + 1 : 0;
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
