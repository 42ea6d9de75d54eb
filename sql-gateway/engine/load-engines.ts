import { PlatformError } from '../../spi/index.ts';
import { EngineFleet } from './engine-fleet.ts';
import { readHostKind } from './host-kind.ts';
import { type EngineEntry, type EngineSurroundings, openPlugin, startEngine } from './start-engine.ts';
import { tracedTables } from './trace/traced-tables.ts';

/** Loads, checks and starts the engines of a configuration, in the order given.
 *  Guarantees: when one fails, those that were started are closed again.
 *  @throws SPI_INVALID_PLUGIN, SPI_VERSION, CONFIG_INVALID, or what an engine's start throws */
export async function loadEngines(entries: readonly EngineEntry[], surroundings: EngineSurroundings): Promise<EngineFleet> {
  const fleet = new EngineFleet(surroundings.log);
  try {
    for (const [index, entry] of entries.entries()) {
      const kind = readHostKind(entry.host, `engines[${String(index)}].host`);
      const { plugin, discard } = await openPlugin(entry, kind, surroundings.log);
      try {
        if (fleet.find(plugin.name, 'engine') !== null) {
          throw new PlatformError('CONFIG_INVALID', `Two engines are called '${plugin.name}'; configure one of them.`);
        }
        const tables = tracedTables(plugin, surroundings.tables, fleet.traces);
        const engine = await startEngine(plugin, entry.config, { ...surroundings, tables });
        fleet.seat({ name: plugin.name, version: plugin.version, origin: 'configuration' }).serve(engine);
      } finally {
        discard();
      }
    }
  } catch (error) {
    await fleet.close().catch((closing: unknown) => {
      surroundings.log.warn({ error: String(closing) }, 'an engine did not close after another one had failed to start');
    });
    throw error;
  }
  return fleet;
}
