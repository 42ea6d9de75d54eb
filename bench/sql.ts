import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert } from '../spi/index.ts';
import { readCorpus, readSchema } from '../test/prove/corpora/corpus.ts';
import type { Check, Proof } from '../test/prove/proof.ts';
import { compileChild } from './compile-child.ts';
import { round } from './measure.ts';
import type { MeasuredCorpus, MeasuredPeer, MeasuredSql, MeasureTask, ParsedLengths } from './sql/measured-sql.ts';
import { LENGTHS, type LengthTimes, type TextCost } from './sql/time-lengths.ts';

const PARSE_TPCDS_MS_MAX = 0.06;
const BIND_TPCDS_MS_MAX = 0.3;
/** A thousand characters of a megabyte may cost so many times what they cost in a statement of ten thousand, pauses of the collector aside: all of a big tree
 *  is alive while it is made, so V8 copies it as it does any tree of that size (one read from JSON stands beside). */
const GROWTH_MAX = 2;

/** What it costs to understand a statement. */
export const benchmark: Proof = {
  name: 'sql',
  summary: 'parse and bind TPC-H and TPC-DS, statements of up to a megabyte, and what other parsers take and need for the same',
  run({ quick, log }) {
    const folder = mkdtempSync(join(tmpdir(), 'trivium-bench-sql-'));
    try {
      log('compiling');
      const child = compileChild(folder, 'bench/sql/measure-child.ts');
      log('measuring');
      const input = JSON.stringify(taskOf(quick));
      const { status, stdout } = spawnSync(process.execPath, [child], {
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 26,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      assert(status === 0, 'the measuring process ends well');
      return Promise.resolve(checksOf(JSON.parse(stdout) as MeasuredSql));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function taskOf(quick: boolean): MeasureTask {
  const textOf = (name: 'tpch' | 'tpcds' | 'nexmark'): string[] => readCorpus(name).map(({ sql }) => sql);
  return {
    quick,
    corpora: [
      { name: 'tpch', schema: readSchema('tpch'), statements: textOf('tpch') },
      { name: 'tpcds', schema: readSchema('tpcds'), statements: textOf('tpcds') },
      { name: 'nexmark', schema: null, statements: textOf('nexmark') },
    ],
  };
}

function checksOf({ corpora, small, peers, parseLengths, bindLengths }: MeasuredSql): Check[] {
  return [
    ...corpora.flatMap(corpusChecks),
    ...small.map(({ name, bind }) => timeCheck(`${name}-parse-bind-p50`, bind, null, '1 statement')),
    ...peers.flatMap(peerChecks),
    ...parseLengths.map((times) => growthCheck('parse', times, besideParse(times))),
    ...bindLengths.map((times) => growthCheck('parse-bind', times, '')),
  ];
}

function corpusChecks({ name, statements, parse, bind }: MeasuredCorpus): Check[] {
  const of = `${String(statements)} statements`;
  const isJudged = name === 'tpcds';
  return [
    timeCheck(`${name}-parse-p50`, parse, isJudged ? PARSE_TPCDS_MS_MAX : null, of),
    timeCheck(`${name}-parse-bind-p50`, bind, isJudged ? BIND_TPCDS_MS_MAX : null, of),
  ];
}

function timeCheck(id: string, times: MeasuredCorpus['parse'], maxMs: number | null, of: string): Check {
  return {
    id,
    value: round(times.p50Ms),
    unit: 'ms',
    target: maxMs === null ? 'recorded' : `<= ${String(maxMs)}`,
    pass: maxMs === null || times.p50Ms <= maxMs,
    note: `p99 ${round(times.p99Ms)} ms wall, fastest calls ${round(times.fastestMs)} ms, ${round(times.cpuMs)} ms of processor time a statement (mean); ${String(times.calls)} calls of ${of}, one process`,
  };
}

function peerChecks({ peer, corpus, statements, parsed, oursParsed, times }: MeasuredPeer): Check[] {
  const id = `${peer}-${corpus}`;
  const share = {
    id: `${id}-parsed`,
    value: parsed,
    unit: 'statements',
    target: `<= ours (${String(oursParsed)})`,
    pass: parsed <= oursParsed,
  };
  const shared: Check = { ...share, note: `of ${String(statements)}` };
  if (times === null) return [shared];
  const ratio = times.peer.cpuMs / times.ours.cpuMs;
  const note = `processor time ${round(times.ours.cpuMs)} ms ours, ${round(times.peer.cpuMs)} ms theirs a statement; p50 wall ${round(times.ours.p50Ms)} and ${round(times.peer.p50Ms)} ms; ${String(times.ours.calls)} calls each, one process`;
  return [shared, { id: `${id}-times-slower`, value: round(ratio), unit: 'ratio', target: '>= 1', pass: ratio >= 1, note }];
}

function besideParse({ treeFromJson, libpgQuery }: ParsedLengths): string {
  return `; at the greatest length JSON.parse needs ${costText(treeFromJson)} for the same tree and libpg-query ${costText(libpgQuery)} for the same text`;
}

const costText = ({ workUs, collectorUs }: TextCost): string => `${String(round(workUs))} + ${String(round(collectorUs))}`;

function growthCheck(what: string, { shape, costs }: LengthTimes, beside: string): Check {
  const growth = (costs.at(-1)?.workUs ?? Number.NaN) / (costs[1]?.workUs ?? Number.NaN);
  const figures = LENGTHS.map((length, index) => `${String(length)}: ${costText(costs[index] ?? NO_COST)}`).join(', ');
  return {
    id: `${what}-growth-${shape}`,
    value: round(growth),
    unit: 'ratio',
    target: `<= ${String(GROWTH_MAX)}`,
    pass: growth <= GROWTH_MAX,
    note: `us of work + us of the collector per 1000 characters at ${figures} characters${beside}`,
  };
}

const NO_COST: TextCost = { workUs: Number.NaN, collectorUs: Number.NaN };
