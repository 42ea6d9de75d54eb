import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { QueryMessage, ScanInput } from '../../engines/duckdb/query-message.ts';
import { type BoundQuery, walkPlan } from '../../spi/index.ts';
import { differenceOf } from './corpora/compare-answers.ts';
import { openParquetDatabase, type ParquetDatabase } from './corpora/duckdb-answers.ts';
import { visibleOrder } from './corpora/bind-corpus.ts';
import { readAnswer } from './corpora/engine-answers.ts';
import { buildEngineTree, remainingSqlFolders } from './plan-replay/engine-tree.ts';
import { readRecordedPlans, type RecordedPlan } from './plan-replay/recorded-plan.ts';
import { type ReplayProcess, startReplayProcess } from './plan-replay/replay-process.ts';
import { writeReplayTables } from './plan-replay/replay-tables.ts';
import { REPLAYED_STATEMENTS } from './plan-replay/statements.ts';
import { findSqlText } from './plan-replay/wire-text.ts';
import type { Check, Proof } from './proof.ts';

/** Whether plans alone, without a word of SQL, are all that an engine needs. */
export const proof: Proof = {
  name: 'plan-replay',
  summary: 'recorded plans run in an engine process that holds no parser and no binder and gets no SQL text, and answer as DuckDB does',
  async run({ quick, seed, log }) {
    const folder = mkdtempSync(join(tmpdir(), 'trivium-replay-'));
    const [data, tree, spill] = ['data', 'tree', 'spill'].map((name) => join(folder, name)) as [string, string, string];
    try {
      mkdirSync(spill);
      await writeReplayTables(data, quick ? 2000 : 50_000, seed);
      log('building a tree without the SQL front end');
      buildEngineTree(tree);
      const reference = await openParquetDatabase(data);
      const memoryBytesMax = 2 ** 30;
      const settings = {
        role: 'query',
        dataDirectory: data,
        foreignDirectories: [],
        spillDirectory: spill,
        spillBytesMax: 2 ** 30,
        memoryBytesMax,
        threads: 2,
      } as const;
      const engine = startReplayProcess(tree, settings, log);
      try {
        return [sqlFolders(tree), ...(await replay(readRecordedPlans(), engine, reference, data))];
      } finally {
        await engine.close();
        reference.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function sqlFolders(tree: string): Check {
  const left = remainingSqlFolders(tree).join(' ');
  return { id: 'sql-folders-of-the-engine', value: left, unit: 'folders', target: 'print', pass: left === 'print' };
}

async function replay(plans: readonly RecordedPlan[], engine: ReplayProcess, reference: ParquetDatabase, data: string): Promise<Check[]> {
  const wrong: string[] = [];
  const silent: string[] = [];
  for (const recorded of plans) {
    const message = messageOf(recorded.query, data);
    const expected = await reference.answer(recorded.sql);
    const order = visibleOrder(recorded.query.plan);
    const answer = await engine.run(message).then(readAnswer, String);
    const difference = typeof answer === 'string' ? answer : differenceOf(expected, answer, order);
    if (difference !== null) wrong.push(`${recorded.name}: ${difference}`);
    // A comparison that a wrong plan passes would prove nothing: with one more condition no row may come.
    const none = await engine.run({ ...message, plan: withoutRows(recorded.query.plan) }).then(readAnswer, String);
    if (expected.rows.length > 0 && typeof none !== 'string' && differenceOf(expected, none, order) === null) silent.push(recorded.name);
  }
  const statements = plans.map(({ sql }) => sql);
  const words = findSqlText(engine.sent, statements);
  const control = findSqlText([openingWith({ plan: {}, sql: 'SELECT 1 FROM t' })], statements);
  const all = plans.length;
  return [
    count('plans-recorded', all, Object.keys(REPLAYED_STATEMENTS).length),
    { ...count('answers-equal', all - wrong.length, all), note: wrong.length === 0 ? undefined : wrong.join('; ') },
    { ...count('mutants-caught', all - silent.length, all), note: silent.length === 0 ? undefined : silent.join(' ') },
    {
      id: 'sql-texts-on-the-wire',
      value: words.length,
      unit: 'texts',
      target: '0',
      pass: words.length === 0,
      note: words.join('; ') || undefined,
    },
    { id: 'sql-text-of-a-mutant-found', value: control.length, unit: 'texts', target: '>= 1', pass: control.length >= 1 },
  ];
}

/** The message with which the engine sends a query to its process, over one file a table. */
function messageOf(query: BoundQuery, data: string): QueryMessage {
  const scans: ScanInput[] = [];
  walkPlan(query.plan.root, {
    node: (node) => {
      if (node.kind === 'scan') scans.push({ files: [join(data, `${node.table.name}.parquet`)], byFieldId: false, residual: node.filter });
    },
  });
  return { plan: query.plan, session: query.session, scans, parameters: [] };
}

function withoutRows(plan: BoundQuery['plan']): BoundQuery['plan'] {
  return { ...plan, root: { kind: 'filter', input: plan.root, predicate: { kind: 'literal', type: { kind: 'boolean' }, value: false } } };
}

function openingWith(parameters: object): Uint8Array {
  const payload = Buffer.from(JSON.stringify(['query', parameters, 1, false]));
  const head = Buffer.alloc(9);
  head.writeUInt32LE(payload.byteLength, 0);
  head.writeUInt8(1, 4);
  return Buffer.concat([head, payload]);
}

function count(id: string, value: number, minimum: number): Check {
  return { id, value, unit: 'plans', target: `>= ${minimum}`, pass: value >= minimum };
}
