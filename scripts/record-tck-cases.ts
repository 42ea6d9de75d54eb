import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import olap from '../engines/olap/index.ts';
import { type PlanFeature, planRequirements } from '../spi/index.ts';
import { FUNCTIONS } from '../sql/functions/index.ts';
import { prepareCase } from '../tck/check/plan-case.ts';
import { askEngine, runOptions } from '../tck/run/ask-engine.ts';
import { startEngine } from '../tck/run/start-engine.ts';
import { openWorld } from '../tck/world/open-world.ts';
import { compareResult } from '../test/prove/sqllogic/compare-result.ts';
import { parseRecords } from '../test/prove/sqllogic/parse-records.ts';
import { readResult } from '../test/prove/sqllogic/read-result.ts';
import type { QueryRecord } from '../test/prove/sqllogic/record.ts';

/** Cases for each function: several, so that an engine of few features finds one that it takes. */
const CASES_EACH = 2;

const FOLDERS = ['functions', 'queries', 'semantics'].map((name) => new URL(`../test/sqllogic/${name}/`, import.meta.url));

/** Writes tck/truth/function-cases.json: for each function of the catalogue the plainest records of test/sqllogic that use it, with the rows
 *  that the records, DuckDB and the olap engine agree on, in the kit's form. */
const world = await openWorld();
const started = await startEngine({ module: olap, config: { spares: 1 } }, world);
const candidates: { record: QueryRecord; functions: ReadonlySet<string>; features: ReadonlySet<PlanFeature>; weight: number }[] = [];
for (const file of FOLDERS.flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)))) {
  for (const record of parseRecords(readFileSync(file, 'utf8'), file.pathname)) {
    if (record.kind !== 'query' || record.expected.kind !== 'values' || record.conditions.length > 0) continue;
    const bound = await world.bind(record.sql).catch(() => null);
    if (bound?.query.deterministic === false || bound === null) continue;
    const { functions, features } = planRequirements(bound.query.plan);
    candidates.push({ record, functions, features, weight: functions.size * 3 + features.size * 2 + record.sql.length / 100 });
  }
}
candidates.sort((left, right) => left.weight - right.weight);
const chosen = new Map<string, { id: string; sql: string; rows: readonly (readonly string[])[] }>();
for (const { name } of FUNCTIONS) {
  let found = [...chosen.values()].filter(({ id }) => id.startsWith(`${name}-`)).length;
  for (const { record, functions } of candidates) {
    if (found >= CASES_EACH) break;
    if (!functions.has(name) || chosen.has(record.sql)) continue;
    const planCase = { id: `${name}-${String(found + 1)}`, sql: record.sql };
    const prepared = await prepareCase(world, planCase, started.engine.capabilities);
    const answer = await askEngine(started.engine, prepared);
    if (answer.kind !== 'rows') continue;
    const ready = await started.engine.prepare(prepared.query);
    if (compareResult(record, await readResult(ready.columns, ready.execute(runOptions()).frames)) !== null) continue;
    chosen.set(record.sql, { ...planCase, rows: answer.rows });
    found += 1;
  }
  if (found === 0) console.log(`no record for ${name}`);
}
writeFileSync(
  new URL('../tck/truth/function-cases.json', import.meta.url),
  `[\n${[...chosen.values()].map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`,
);
console.log(`${String(chosen.size)} cases`);
await started.close();
await world.close();
