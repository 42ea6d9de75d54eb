import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DUCKDB_CAPABILITIES } from '../../engines/duckdb/duckdb-capabilities.ts';
import type { Check, Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { Coverage } from './sqllogic/coverage.ts';
import { proveMutants } from './sqllogic/mutants.ts';
import { formatOutcomes } from './sqllogic/format-outcomes.ts';
import { parseRecords } from './sqllogic/parse-records.ts';
import { type SqlPlatform, startSqlPlatform } from './sqllogic/platform.ts';
import type { SqlLogicRecord } from './sqllogic/record.ts';
import { type RecordOutcome, runFile } from './sqllogic/run-file.ts';
import { buildProgram } from './three-engines/built-program.ts';

const FOLDER = new URL('../sqllogic/', import.meta.url);

const RECORDS_MIN = 3000;

/** Share of the query records that a quick run takes. */
const QUICK_SHARE = 1 / 3;

/** Files at once: their statements wait for the disk, their queries for engines. */
const FILES_AT_ONCE = 4;

/** Wrong records that are shown in full. */
const SHOWN_MAX = 40;

/** Whether every record of test/sqllogic gives the rows that its file expects, on every engine that takes it and on DuckDB alone. */
export const proof: Proof = {
  name: 'sqllogic',
  summary:
    'over 3,000 sqllogictest records mean the same on every engine that takes them; every function and every point about meaning has one',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const directory = mkdtempSync(join(tmpdir(), 'trivium-sqllogic-'));
    try {
      const program = join(directory, 'program');
      buildProgram(program);
      const files = recordFiles();
      const random = seededRandom(seed);
      const coverage = new Coverage();
      for (const { records } of files) for (const record of records) coverage.addText(record);
      const platform = await startSqlPlatform(program, join(directory, 'data'));
      let outcomes: readonly RecordOutcome[];
      try {
        outcomes = await runFiles(files, platform, coverage, quick ? () => random() < QUICK_SHARE : () => true, log);
      } finally {
        await platform.close();
      }
      log(formatOutcomes(outcomes));
      return [...checksOf(files, outcomes, coverage), ...(await proveMutants(program, directory, FOLDER, log))];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface RecordFile {
  readonly file: string;
  readonly records: readonly SqlLogicRecord[];
}

function recordFiles(): readonly RecordFile[] {
  const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.slt'));
  return names.sort().map((file) => ({ file, records: parseRecords(readFileSync(new URL(file, FOLDER), 'utf8'), file) }));
}

async function runFiles(
  files: readonly RecordFile[],
  platform: SqlPlatform,
  coverage: Coverage,
  chosen: () => boolean,
  log: (line: string) => void,
): Promise<readonly RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  const waiting = files.map(({ file, records }, index) => ({ file, records, schema: `slt_${String(index)}` }));
  const onBound = (_: SqlLogicRecord, statement: Parameters<Coverage['addBound']>[0]): void => {
    coverage.addBound(statement);
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const seen = await runFile({ ...next, platform, chosen, onBound });
      for (const outcome of seen) outcomes.push(outcome);
      const wrong = seen.filter(({ verdict }) => verdict.kind === 'wrong').length;
      log(`${next.file}: ${String(next.records.length)} records${wrong === 0 ? '' : `, ${String(wrong)} WRONG`}`);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  return outcomes;
}

/** What no text of the records' tables can ask for: values from outside of the text, and what tables of Iceberg know of the place and the lineage of rows. */
const WITHOUT_RECORD: ReadonlySet<string> = new Set(['parameter', 'scan:place', 'scan:lineage']);

function checksOf(files: readonly RecordFile[], outcomes: readonly RecordOutcome[], coverage: Coverage): Check[] {
  const count = files.reduce((sum, { records }) => sum + records.length, 0);
  const wrong = outcomes.flatMap(({ file, record, engine, verdict }) =>
    verdict.kind === 'wrong' ? [`${file}:${String(record.line)} on ${engine}: ${record.sql.slice(0, 200)}: ${verdict.what}`] : [],
  );
  const features = DUCKDB_CAPABILITIES.features.filter((feature) => !WITHOUT_RECORD.has(feature));
  return [
    { id: 'records', value: count, unit: 'records', target: `>= ${String(RECORDS_MIN)}`, pass: count >= RECORDS_MIN },
    {
      id: 'wrong',
      value: wrong.length,
      unit: 'answers',
      target: '0',
      pass: wrong.length === 0,
      note: noteOf(wrong.slice(0, SHOWN_MAX), '\n        '),
    },
    missing('functions-without-a-record', coverage.missingFunctions),
    missing('features-without-a-record', coverage.missingFeatures(features)),
    missing('syntax-without-a-record', coverage.missingSyntax),
    missing('points-of-meaning-without-a-record', coverage.missingPoints),
  ];
}

function missing(id: string, names: readonly string[]): Check {
  return { id, value: names.length, unit: '', target: '0', pass: names.length === 0, note: noteOf(names, ', ') };
}

function noteOf(lines: readonly string[], separator: string): string | undefined {
  return lines.length === 0 ? undefined : lines.join(separator);
}
