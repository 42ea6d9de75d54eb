import { type Engine, PlatformError, type Refusal, type ViewEngine } from '../../spi/index.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import type { BoundView } from './bound-view.ts';

/** Whether an engine can keep a query fresh. */
export type ViewEngineAnswer =
  | { readonly name: string; readonly engine: ViewEngine; readonly refusal: null }
  | { readonly name: string; readonly engine: Engine; readonly refusal: Refusal };

/** Asks every engine, in the order of the configuration, whether it can keep a query fresh; a hint excludes all but one.
 *  @throws ENGINE_UNKNOWN for the name in a hint */
export async function askViewEngines(view: BoundView, registry: EngineRegistry): Promise<readonly ViewEngineAnswer[]> {
  if (view.engine !== null) registry.get(view.engine);
  return Promise.all(
    registry.engines.map(async ({ name, engine }): Promise<ViewEngineAnswer> => {
      const refuse = (code: Refusal['code'], reason: string): ViewEngineAnswer => ({
        name,
        engine,
        refusal: { kind: 'refusal', code, reason },
      });
      if (view.engine !== null && view.engine !== name) return refuse('ENGINE_EXCLUDED', `the hint asks for ${view.engine}`);
      if (!isViewEngine(engine)) return refuse('ENGINE_UNSUPPORTED', "statements of kind 'view' are not declared");
      const refusal = await engine.checkView(view.query, view.watermarks);
      return refusal === null ? { name, engine, refusal } : { name, engine, refusal };
    }),
  );
}

/** Returns the first engine, in the order of the configuration, that can keep a query fresh; one that a hint names, or no other.
 *  @throws ENGINE_REFUSED with the reason of each engine, ENGINE_UNKNOWN for the name in a hint */
export async function findViewEngine(view: BoundView, registry: EngineRegistry): Promise<ViewEngine> {
  const answers = await askViewEngines(view, registry);
  for (const answer of answers) if (answer.refusal === null) return answer.engine;
  const reasons = answers.flatMap(({ name, engine, refusal }) =>
    refusal !== null && isViewEngine(engine) ? [`${name}: ${refusal.reason} (${refusal.code})`] : [],
  );
  if (reasons.length > 0) throw new PlatformError('ENGINE_REFUSED', `No engine can keep the query fresh. ${reasons.join('; ')}.`);
  throw new PlatformError('ENGINE_REFUSED', 'No engine that keeps queries fresh is configured.', {
    hint: "Add '- module: stream' to the engines of the configuration.",
  });
}

function isViewEngine(engine: Engine): engine is ViewEngine {
  return engine.capabilities.statements.includes('view');
}
