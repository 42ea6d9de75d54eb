import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Anomalies, checkHistory } from './concurrency/check-history.ts';
import { runWorkers, type WorkPlan } from './concurrency/run-workers.ts';
import { COMMITTER_ENTRY } from './crash/committer-entry.ts';
import type { Check, Proof } from './proof.ts';

const KINDS = {
  'lost-or-doubled': 'lostOrDoubled',
  'lost-updates': 'lostUpdates',
  'fractured-reads': 'fracturedReads',
  'stale-reads': 'staleReads',
  'dirty-reads': 'dirtyReads',
  'commits-without-an-order': 'unordered',
} as const satisfies Readonly<Record<string, keyof Anomalies>>;

/** Whether transactions of many processes are isolated as snapshot isolation promises. */
export const proof: Proof = {
  name: 'concurrency',
  summary:
    '8 processes commit to one table, and by transactions to eight: nothing lost or doubled, one order of the commits explains all reads; mutants are caught',
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-concurrency-'));
    const work = async (name: string, plan: Partial<WorkPlan>): Promise<{ found: Anomalies; committed: number; conflicts: number }> => {
      const base = { committerEntry: COMMITTER_ENTRY.real, processes: 2, commits: 12, seed, interleaved: false, mutant: null };
      const history = await runWorkers({ ...base, directory: join(directory, name), ...plan });
      const committed = history.transactions.filter(({ outcome }) => outcome === 'committed').length;
      const conflicts = history.transactions.length - committed;
      log(`${name}: ${String(history.appended.length)} appends, ${String(committed)} transactions, ${String(conflicts)} conflicts`);
      return { found: checkHistory(history), committed, conflicts };
    };
    try {
      const commits = quick ? 15 : 200;
      const { found, committed, conflicts } = await work('real', { processes: 8, commits });
      const checks: Check[] = Object.entries(KINDS).map(([id, kind]) => ({
        id,
        value: found[kind].length,
        unit: 'anomalies',
        target: '0',
        pass: found[kind].length === 0,
        note: found[kind][0],
      }));
      checks.push({
        id: 'transactions',
        value: committed,
        unit: 'commits',
        target: String(8 * commits),
        pass: committed === 8 * commits,
        note: `by 8 processes, ${String(conflicts)} conflicts; ${String(8 * commits)} appends to one table beside`,
      });
      const interleaved = { interleaved: true, commits: 4 };
      const { found: between } = await work('interleaved', interleaved);
      const pinned = Object.values(KINDS).flatMap((kind) => between[kind]);
      checks.push({
        id: 'commits-between-reads',
        value: pinned.length,
        unit: 'anomalies',
        target: '0',
        pass: pinned.length === 0,
        note: pinned[0] ?? 'in every transaction a commit falls between the reads of a pair',
      });
      checks.push(caught('stale-reads', (await work('stale-reads', { mutant: 'stale-reads' })).found.staleReads));
      checks.push(
        caught('unpinned-reads', (await work('unpinned-reads', { ...interleaved, mutant: 'unpinned-reads' })).found.fracturedReads),
      );
      // So many that some fall together on a machine that has nothing else to do.
      const blind = (await work('without-compare', { committerEntry: COMMITTER_ENTRY.withoutCompare, commits: 30 })).found;
      checks.push(caught('without-compare-and-swap', [...blind.lostUpdates, ...blind.lostOrDoubled]));
      return checks;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

const caught = (mutant: string, anomalies: readonly string[]): Check => ({
  id: `mutant-with-${mutant}`.replace('with-without', 'without'),
  value: anomalies.length,
  unit: 'anomalies',
  target: '> 0',
  pass: anomalies.length > 0,
  note: anomalies[0]?.slice(0, 200),
});
