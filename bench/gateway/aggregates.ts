import type { Check } from '../../test/prove/proof.ts';
import { measurePairs, ratioCheck } from '../measure.ts';
import { openEmbeddedPeer } from './embedded-peer.ts';
import { FLIGHT_AGGREGATES } from './flight-aggregates.ts';
import { type GatewayWorld, ARROW, MODE } from './gateway-world.ts';

const RATIO_MAX = 1.2;

/** Units: milliseconds that a statement takes at least in the peer, so that the ratio is not about fixed costs. */
const PEER_MS_MIN = 10;

/** Measures aggregates over the flights against embedded DuckDB on the same files, both computing each time. */
export async function measureAggregates({ client, warehouse, options: { log } }: GatewayWorld): Promise<readonly Check[]> {
  const peer = await openEmbeddedPeer(warehouse, ['flights', 'airports']);
  const checks: Check[] = [];
  try {
    for (const [name, sql] of Object.entries(FLIGHT_AGGREGATES)) {
      log(`  ${name}`);
      const measured = await measurePairs({ ours: () => client.run(sql, { accept: ARROW, cached: false }), peer: () => peer.run(sql) });
      const check = ratioCheck(`aggregate-${name}`, measured, RATIO_MAX, MODE);
      const longEnough = measured.peer.median >= PEER_MS_MIN;
      checks.push(
        longEnough ? check : { ...check, pass: false, note: `${check.note ?? ''}; the peer takes under ${String(PEER_MS_MIN)} ms` },
      );
    }
  } finally {
    peer.close();
  }
  return checks;
}
