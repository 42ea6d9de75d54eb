import { setTimeout as sleep } from 'node:timers/promises';
import { type Engine, SPI_VERSION } from '../../spi/index.ts';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings } from '../check/findings.ts';
import { prepareCase } from '../check/plan-case.ts';
import { askEngine, describeError } from '../run/ask-engine.ts';
import { PLAN_CASES } from '../truth/plan-cases.ts';

/** How long an engine may take to come up, or to go. Units: milliseconds. */
const PATIENCE_MS = 60_000;

/** Checks of how an engine begins and ends. */
export const LIFECYCLE_CHECKS: readonly Check[] = [
  {
    id: 'shape.lifecycle',
    level: 1,
    title: 'The engine starts, becomes ready, drains, closes, and closes again without harm',
    readOn: `spi/engine/engine.ts (SPI ${SPI_VERSION}), Engine.health, drain and close`,
    run: checkLifecycle,
  },
];

async function checkLifecycle(context: CheckContext): Promise<CheckOutcome> {
  const findings = new Findings();
  const step = async (where: string, work: () => Promise<unknown>): Promise<void> => {
    const done = work().then(
      () => null,
      (error: unknown) => describeError(error).message,
    );
    const seen = await Promise.race([done, sleep(PATIENCE_MS, 'nothing for a minute', { ref: false })]);
    findings.expect(seen === null, where, 'a call that succeeds', seen ?? '');
  };
  const started = await context.start();
  const { engine } = started;
  findings.expect(await becomesReady(engine), 'health()', 'ready within a minute', JSON.stringify(await engine.health()));
  await step('drain()', () => engine.drain(1000));
  await refusesWork(context, engine, findings, 'after drain()');
  await step('close()', () => engine.close());
  await step('close() again', () => engine.close());
  await refusesWork(context, engine, findings, 'after close()');
  await started.close();
  const unused = await context.start();
  await step('close() right after create()', () => unused.engine.close());
  await unused.close();
  return findings.outcome();
}

async function becomesReady(engine: Engine): Promise<boolean> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    if ((await engine.health()).ready) return true;
    await sleep(20);
  }
  return false;
}

/** An engine that has ended says so with a code, and does not hang. */
async function refusesWork({ world }: CheckContext, engine: Engine, findings: Findings, when: string): Promise<void> {
  for (const planCase of PLAN_CASES.slice(0, 20)) {
    const prepared = await prepareCase(world, planCase, engine.capabilities);
    if (prepared.undeclared !== null) continue;
    const answer = await Promise.race([askEngineOnce(engine, prepared), sleep(PATIENCE_MS, 'nothing for a minute', { ref: false })]);
    findings.expect(answer === 'ENGINE_UNAVAILABLE', `a query ${when}`, 'ENGINE_UNAVAILABLE from estimate and prepare', answer);
    return;
  }
}

async function askEngineOnce(engine: Engine, prepared: Awaited<ReturnType<typeof prepareCase>>): Promise<string> {
  const answer = await askEngine(engine, prepared);
  return answer.kind === 'failed' ? (answer.code ?? answer.message) : answer.kind === 'refused' ? `refused: ${answer.reason}` : 'rows';
}
