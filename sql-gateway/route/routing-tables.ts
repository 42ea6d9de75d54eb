import type { VirtualRelation } from '../../sql/bind/index.ts';
import { formatInstant } from '../query/format-instant.ts';
import { formatMs } from '../query/format-ms.ts';
import type { Router } from './create-router.ts';
import type { Demotions } from './demotions.ts';

/** Returns what was measured of each plan on each engine as the table `system.routing`. */
export function routingTable(router: Pick<Router, 'measured'>): VirtualRelation {
  return {
    columns: [
      { name: 'fingerprint', type: 'varchar' },
      { name: 'engine', type: 'varchar' },
      { name: 'runs', type: 'bigint' },
      { name: 'errors', type: 'bigint' },
      { name: 'estimated_ms', type: 'double' },
      { name: 'measured_ms', type: 'double' },
      { name: 'regret_ms', type: 'double' },
      { name: 'shape', type: 'varchar' },
    ],
    rows: router
      .measured()
      .map(({ fingerprint, shape, engine, runs, errors, estimatedMs, measuredMs, regretMs }) => [
        fingerprint,
        engine,
        String(runs),
        String(errors),
        runs === 0 ? null : formatMs(estimatedMs),
        runs === 0 ? null : formatMs(measuredMs),
        formatMs(regretMs),
        shape,
      ]),
  };
}

/** Returns how good the choices were, by class of statement, as the table `system.regret`. */
export function regretTable(router: Pick<Router, 'regret'>): VirtualRelation {
  return {
    columns: [
      { name: 'class', type: 'varchar' },
      { name: 'engine', type: 'varchar' },
      { name: 'runs', type: 'bigint' },
      { name: 'predicted_ms', type: 'double' },
      { name: 'measured_ms', type: 'double' },
      { name: 'alternative', type: 'varchar' },
      { name: 'compared_runs', type: 'bigint' },
      { name: 'alternative_ms', type: 'double' },
      { name: 'regret_ms', type: 'double' },
    ],
    rows: router
      .regret()
      .map((facts) => [
        facts.planClass,
        facts.engine,
        String(facts.runs),
        formatMs(facts.predictedMs),
        formatMs(facts.measuredMs),
        facts.alternative,
        String(facts.comparedRuns),
        facts.comparedRuns === 0 ? null : formatMs(facts.alternativeMs),
        facts.comparedRuns === 0 ? null : formatMs(facts.regretMs),
      ]),
  };
}

/** Returns what engines are not trusted with as the table `system.demotions`. */
export function demotionsTable(demotions: Pick<Demotions, 'list'>): VirtualRelation {
  return {
    columns: [
      { name: 'engine', type: 'varchar' },
      { name: 'parts', type: 'varchar' },
      { name: 'match', type: 'varchar' },
      { name: 'disagreement', type: 'varchar' },
      { name: 'since', type: 'timestamptz' },
    ],
    rows: demotions
      .list()
      .map(({ engine, parts, match, disagreement, sinceMs }) => [engine, parts.join(', '), match, disagreement, formatInstant(sinceMs)]),
  };
}
