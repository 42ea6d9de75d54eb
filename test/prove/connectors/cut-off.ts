import type { PostgresCluster } from './postgres-cluster.ts';

/** Ends connections that do something, so long after one is seen to do it. Units: milliseconds.
 *  @param doing A condition over `pg_stat_activity` */
export async function cutOff(cluster: PostgresCluster, doing: string, afterMs: number): Promise<void> {
  const seen = `pid <> pg_backend_pid() AND state = 'active' AND (${doing})`;
  await cluster.psqlMeanwhile(`DO $$ BEGIN
    FOR look IN 1..1000 LOOP
      PERFORM pg_stat_clear_snapshot();
      IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE ${seen}) THEN
        PERFORM pg_sleep(${String(afterMs / 1000)}), pg_stat_clear_snapshot();
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${seen};
        RETURN;
      END IF;
      PERFORM pg_sleep(0.002);
    END LOOP;
  END $$`);
}
