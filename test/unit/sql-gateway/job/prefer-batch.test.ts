import { describe, expect, it } from 'vitest';
import { type BoundQuery, type CostEstimate, type Engine, PLAN_VERSION } from '../../../../spi/index.ts';
import { type EngineAnswer, formatDecision, rankEngines, type RouteDecision } from '../../../../sql-gateway/route/choose-engine.ts';
import { createMeasuredCosts } from '../../../../sql-gateway/route/measured-costs.ts';

const QUERY: BoundQuery = {
  plan: { version: PLAN_VERSION, root: { kind: 'values', columns: [], rows: [] }, output: [] },
  parameters: [],
  snapshots: [],
  principal: { user: 'ada' },
  session: { timeZone: 'UTC', startedAtUs: '0' },
  fingerprint: 'f',
  deterministic: true,
};
const ENGINE = { capabilities: { statements: ['query'], planVersion: PLAN_VERSION, features: [], functions: [] } } as unknown as Engine;
const estimate = (cpuMs: number): CostEstimate => ({ kind: 'estimate', rows: 1, cpuMs, startupMs: 0, confidence: 1 });
const answer = (name: string, said: EngineAnswer['answer']): EngineAnswer => ({ name, version: '1', engine: ENGINE, answer: said });
const order = (answers: readonly EngineAnswer[], decision: RouteDecision): readonly string[] =>
  rankEngines(QUERY, answers, decision, { costs: createMeasuredCosts(10), demotions: { refusalOf: () => null } }).candidates.map(
    ({ name }) => name,
  );

describe('the statement of a job', () => {
  const job: RouteDecision = { by: 'job', engine: 'batch' };

  it('goes to the engine that keeps finished work first, even when another is cheaper', () => {
    const answers = [answer('olap', estimate(1)), answer('batch', estimate(100))];
    expect(order(answers, job)).toEqual(['batch', 'olap']);
    expect(order(answers, { by: 'default' })).toEqual(['olap', 'batch']);
    expect(formatDecision(job)).toBe('job: prefer batch');
  });

  it('goes to the others by their cost when that engine refuses or is not there', () => {
    const refusal = { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: 'no' } as const;
    expect(order([answer('batch', refusal), answer('slow', estimate(9)), answer('olap', estimate(1))], job)).toEqual(['olap', 'slow']);
    expect(order([answer('slow', estimate(9)), answer('olap', estimate(1))], job)).toEqual(['olap', 'slow']);
  });
});
