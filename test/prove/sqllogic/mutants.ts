import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '../proof.ts';
import { type BuiltFault, plantFaults } from '../three-engines/built-program.ts';
import { parseRecords } from './parse-records.ts';
import { startSqlPlatform } from './platform.ts';
import { runFile } from './run-file.ts';

/** A fault and the file whose records must show it. */
interface Mutant extends BuiltFault {
  readonly records: string;
  /** Engines that must be found wrong. */
  readonly engines: readonly string[];
}

const MUTANTS: readonly Mutant[] = [
  {
    id: 'printer-with-a-function-mis-mapped',
    file: 'sql/print/duckdb-scalar-functions.js',
    from: "power: named('pow')",
    to: "power: named('atan2')",
    records: 'mutants/faults.slt',
    engines: ['olap', 'batch'],
  },
  {
    id: 'stream-with-a-function-mis-mapped',
    file: 'engines/stream/expression/text-functions.js',
    from: 'upper: mapped(upper)',
    to: 'upper: mapped(lower)',
    records: 'mutants/faults.slt',
    engines: ['stream'],
  },
  {
    id: 'printer-without-the-place-of-nulls',
    file: 'sql/print/print-sort-key.js',
    from: " NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}",
    to: '',
    records: 'mutants/faults.slt',
    engines: ['olap', 'batch'],
  },
];

/** Plants faults into copies of the built program, one at a time, and runs the records that must show them. */
export async function proveMutants(program: string, directory: string, recordsFolder: URL, log: (line: string) => void): Promise<Check[]> {
  const checks: Check[] = [];
  for (const mutant of MUTANTS) {
    const folder = join(directory, `mutant-${mutant.id}`);
    plantFaults(program, folder, [mutant]);
    const platform = await startSqlPlatform(folder, join(directory, `data-${mutant.id}`));
    try {
      const text = readFileSync(new URL(mutant.records, recordsFolder), 'utf8');
      const records = parseRecords(text, mutant.records);
      const outcomes = await runFile({
        file: mutant.records,
        records,
        schema: 'mutant',
        platform,
        chosen: () => true,
        onBound: () => undefined,
      });
      const found = mutant.engines.filter((engine) =>
        outcomes.some((outcome) => outcome.engine === engine && outcome.verdict.kind === 'wrong'),
      );
      const caught = found.length === mutant.engines.length;
      log(`${mutant.id}: ${caught ? 'caught' : 'NOT caught'} on ${mutant.engines.join(', ')}`);
      checks.push({ id: `mutant-${mutant.id}`, value: caught, unit: '', target: 'caught', pass: caught });
    } finally {
      await platform.close();
    }
  }
  return checks;
}
