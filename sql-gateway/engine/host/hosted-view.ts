import { assert, type ViewStart } from '../../../spi/index.ts';
import { type Json, RemoteView } from '../../../runtime/process/index.ts';
import { ENGINE_METHODS } from './host-message.ts';
import type { Incarnation } from './incarnation.ts';

const METHODS = { push: ENGINE_METHODS.pushView, checkpoint: ENGINE_METHODS.checkpointView, rows: ENGINE_METHODS.viewRows };

/** Begins a view that a hosted engine keeps. @throws ENGINE_UNSUPPORTED, ENGINE_UNAVAILABLE, ENGINE_LOST, STORAGE_CORRUPT */
export async function startHostedView(engine: Incarnation, start: ViewStart): Promise<RemoteView> {
  const { channel } = engine;
  try {
    const view = await channel.call(ENGINE_METHODS.startView, start as unknown as Json);
    assert(typeof view === 'number', 'a view has a number');
    return new RemoteView({
      channel,
      methods: METHODS,
      address: { view },
      explain: (error) => engine.explain(error),
      close: async () => {
        // A process that is gone keeps no view.
        await channel.call(ENGINE_METHODS.closeView, view).catch(() => undefined);
      },
    });
  } catch (error) {
    throw await engine.explain(error);
  }
}
