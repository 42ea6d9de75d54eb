import { seededRandom } from '../../../tck/truth/seeded-random.ts';
import { EVOLUTION, type EvolutionStep, type MatrixTable, matrixTables } from './matrix-cases.ts';

/** A table of the matrix and its states that are read. */
export interface ChosenTable {
  readonly table: MatrixTable;
  readonly steps: readonly EvolutionStep[];
}

/** Returns what is tried of the matrix. `quick` tries a cover: each column that tables are partitioned by occurs, and every pair of a transform, a kind of deletes, a format version and a
 *  step of the evolution that there is occurs in a state. Which of the covers it is comes from the seed. */
export function chooseTables(seed: number, quick: boolean): readonly ChosenTable[] {
  const all = matrixTables();
  if (!quick) return all.map((table) => ({ table, steps: EVOLUTION }));
  const random = seededRandom(seed);
  const tables = cover(shuffled(all, random), (table) => [...pairsOf(factorsOf(table)), `of ${columnOf(table)}`]);
  const states = tables.flatMap((table) => EVOLUTION.map((step) => ({ table, step })));
  const chosen = cover(shuffled(states, random), ({ table, step }) => [
    `table ${table.name}`,
    ...pairsOf([...factorsOf(table), `step ${step}`]),
  ]);
  return tables.map((table) => ({
    table,
    steps: EVOLUTION.filter((step) => chosen.some((state) => state.table === table && state.step === step)),
  }));
}

/** Returns few of the candidates that together have all features which any has: each time the one that brings the most new ones. */
function cover<Candidate>(candidates: readonly Candidate[], featuresOf: (candidate: Candidate) => readonly string[]): readonly Candidate[] {
  const featured = candidates.map((candidate) => ({ candidate, features: featuresOf(candidate) }));
  const missing = new Set(featured.flatMap(({ features }) => features));
  const chosen: Candidate[] = [];
  while (missing.size > 0) {
    const gains = featured.map(({ features }) => features.filter((feature) => missing.has(feature)).length);
    const best = featured[gains.indexOf(Math.max(...gains))];
    if (best === undefined) break;
    chosen.push(best.candidate);
    for (const feature of best.features) missing.delete(feature);
  }
  return chosen;
}

function factorsOf({ layout, deletes, formatVersion }: MatrixTable): readonly string[] {
  return [`transform ${layout.partition?.transform.kind ?? 'none'}`, `deletes ${deletes}`, `version ${String(formatVersion)}`];
}

function columnOf({ layout }: MatrixTable): string {
  return layout.partition?.key ?? layout.name;
}

function pairsOf(factors: readonly string[]): readonly string[] {
  return factors.flatMap((left, index) => factors.slice(index + 1).map((right) => `${left}, ${right}`));
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((left, right) => left.order - right.order)
    .map(({ item }) => item);
}
