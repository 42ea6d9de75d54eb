import { type Engine, PlatformError, type ViewEngine } from '../../spi/index.ts';
import type { EngineRegistry, RegisteredEngine } from '../engine/load-engines.ts';
import type { BoundView } from './bound-view.ts';

/** Returns the first engine, in the order of the configuration, that can keep a query fresh; one that a hint names, or no other.
 *  @throws ENGINE_REFUSED with the reason of each engine, ENGINE_UNKNOWN for the name in a hint */
export async function findViewEngine(view: BoundView, registry: EngineRegistry): Promise<ViewEngine> {
  const candidates: readonly RegisteredEngine[] = view.engine === null ? registry.engines : [registry.get(view.engine)];
  const reasons: string[] = [];
  for (const { name, engine } of candidates) {
    if (!isViewEngine(engine)) continue;
    const refusal = await engine.checkView(view.query, view.watermarks);
    if (refusal === null) return engine;
    reasons.push(`${name}: ${refusal.reason} (${refusal.code})`);
  }
  if (reasons.length > 0) throw new PlatformError('ENGINE_REFUSED', `No engine can keep the query fresh. ${reasons.join('; ')}.`);
  throw new PlatformError('ENGINE_REFUSED', 'No engine that keeps queries fresh is configured.', {
    hint: "Add '- module: stream' to the engines of the configuration.",
  });
}

function isViewEngine(engine: Engine): engine is ViewEngine {
  return engine.capabilities.statements.includes('view');
}
