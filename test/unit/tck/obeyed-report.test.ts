import { describe, expect, test } from 'vitest';
import hello from '../../../examples/hello-engine/index.ts';
import type { BoundQuery, Engine, EnginePlugin, PlanNode } from '../../../spi/index.ts';
import { askEngine } from '../../../sql-gateway/route/choose-engine.ts';
import { runKit } from '../../../tck/index.ts';
import { INTEGER, limit, lit, plan, values } from '../../support/plan-builder.ts';
import { bound } from '../../support/parquet-tables.ts';

const LIMITED = bound(plan(limit(values([[1, INTEGER]], [[lit(1)], [lit(2)]]), 1, 0)));
const WHOLE = bound(plan(values([[1, INTEGER]], [[lit(1)], [lit(2)]])));

/** The hello engine, which forgets the LIMIT that a plan begins with. */
const forgetful = changed((engine) => ({ ...engine, prepare: (query) => engine.prepare(withoutLimit(query)) }));

/** The same once its author believed the kit. */
const honest = changed((engine) => {
  const features = engine.capabilities.features.filter((name) => name !== 'limit');
  return { ...engine, capabilities: { ...engine.capabilities, features }, prepare: (query) => engine.prepare(withoutLimit(query)) };
});

function changed(change: (engine: Engine) => Engine): EnginePlugin {
  return { ...hello, create: async (config, host) => change(await hello.create(config, host)) };
}

function withoutLimit(query: BoundQuery): BoundQuery {
  const bare = (node: PlanNode): PlanNode => (node.kind === 'limit' ? bare(node.input) : node);
  return { ...query, plan: { ...query.plan, root: bare(query.plan.root) } };
}

async function statusOf(module: EnginePlugin): Promise<string> {
  const { checks } = await runKit({ module, config: {}, level: 2, quick: true, seed: 1, only: ['truth.features'] });
  return checks.map(({ status }) => status).join();
}

async function answerFor(plugin: EnginePlugin, query: BoundQuery): Promise<unknown> {
  const host = { tables: { plan: () => Promise.reject(new Error('no tables')), read: () => [] as never } } as never;
  const engine = await plugin.create({ batchRows: 10 }, host);
  return (await askEngine(query, 'query', { name: plugin.name, version: plugin.version, engine })).answer;
}

describe('a feature that the kit finds wanting', () => {
  test('is routed to the engine as long as it is declared', { timeout: 300_000 }, async () => {
    expect(await statusOf(forgetful)).toBe('failed');
    expect(await answerFor(forgetful, LIMITED)).toMatchObject({ kind: 'estimate' });
  });

  test('passes the kit and is kept away by the router once it is declared no more; all else is routed as before', {
    timeout: 300_000,
  }, async () => {
    expect(await statusOf(honest)).toBe('passed');
    const refused = { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: "'limit' is not declared" };
    expect(await answerFor(honest, LIMITED)).toEqual(refused);
    expect(await answerFor(honest, WHOLE)).toMatchObject({ kind: 'estimate' });
  });
});
