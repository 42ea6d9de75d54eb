import type { VirtualRelation } from '../../sql/bind/index.ts';
import { formatInstant } from '../query/format-instant.ts';
import type { ComparedEngine, Disagreements } from './disagreements.ts';
import type { ShadowRuns } from './shadow-runs.ts';

/** Returns the disagreements over a user's statements as the table `system.disagreements`. */
export function disagreementsTable(disagreements: Pick<Disagreements, 'list'>, user: string): VirtualRelation {
  return {
    columns: [
      { name: 'id', type: 'varchar' },
      { name: 'at', type: 'timestamptz' },
      { name: 'sql', type: 'varchar' },
      { name: 'engine', type: 'varchar' },
      { name: 'shadow', type: 'varchar' },
      { name: 'arbiter', type: 'varchar' },
      { name: 'blamed', type: 'varchar' },
      { name: 'difference', type: 'varchar' },
      { name: 'snapshots', type: 'varchar' },
      { name: 'fingerprint', type: 'varchar' },
      { name: 'engine_plan', type: 'varchar' },
      { name: 'shadow_plan', type: 'varchar' },
      { name: 'plan_json', type: 'varchar' },
    ],
    rows: disagreements
      .list(user)
      .map(({ id, atMs, sql, answered, shadow, arbiter, blamed, difference, snapshots, fingerprint }) => [
        id,
        formatInstant(atMs),
        sql,
        nameOf(answered),
        nameOf(shadow),
        arbiter,
        blamed.join(', '),
        difference,
        snapshots.join(', '),
        fingerprint,
        answered.planText,
        shadow.planText,
        answered.plan === null ? null : JSON.stringify(answered.plan),
      ]),
  };
}

const nameOf = ({ engine, version }: ComparedEngine): string => `${engine}@${version}`;

/** Returns how shadow runs went, by engine, as the table `system.shadow_runs`. */
export function shadowRunsTable(shadow: Pick<ShadowRuns, 'list'>): VirtualRelation {
  return {
    columns: [
      { name: 'engine', type: 'varchar' },
      { name: 'agreed', type: 'bigint' },
      { name: 'disagreed', type: 'bigint' },
      { name: 'failed', type: 'bigint' },
    ],
    rows: shadow.list().map(({ engine, agreed, disagreed, failed }) => [engine, String(agreed), String(disagreed), String(failed)]),
  };
}
