import { readFileSync } from 'node:fs';
import { assert } from '../../spi/index.ts';
import { bindText, catalogOf } from '../../test/support/bind-text.ts';
import type { MemoryCatalog } from '../../test/support/memory-catalog.ts';
import { ACCEPTED_STATEMENTS } from '../../test/unit/sql/parse/accepted-statements.ts';
import { LONG_SHAPES } from './long-statements.ts';
import type { MeasuredCorpus, MeasuredPeer, MeasuredSql, MeasuredStatement, MeasureTask, ParsedLengths } from './measured-sql.ts';
import { type NamedParser, OUR_PARSER, parses, peerParsers } from './parser-peers.ts';
import { type LengthTimes, timeLengths, timeTree } from './time-lengths.ts';
import { timeStatements } from './time-statements.ts';

/** What a dashboard asks again and again. */
const DASHBOARD_QUERY = `SELECT d_year, d_moy, i_category, sum(ss_ext_sales_price) AS sales, count(*) AS items
FROM store_sales JOIN date_dim ON ss_sold_date_sk = d_date_sk JOIN item ON ss_item_sk = i_item_sk
WHERE d_year = 2000 AND i_category IN ('Books', 'Music') GROUP BY d_year, d_moy, i_category ORDER BY d_moy, sales DESC LIMIT 100`;

const { quick, corpora }: MeasureTask = JSON.parse(readFileSync(0, 'utf8')) as MeasureTask;
process.stdout.write(JSON.stringify(await measure()));

async function measure(): Promise<MeasuredSql> {
  const measured: MeasuredCorpus[] = [];
  const small: MeasuredStatement[] = [];
  for (const { name, statements, catalog } of await warmCorpora()) {
    console.error(`corpus: ${name}`);
    measured.push(await measureCorpus(name, statements, catalog));
    if (name === 'tpcds') small.push(...(await measureSmall(catalog)));
  }
  const texts = [...corpora, { name: 'own', statements: Object.values(ACCEPTED_STATEMENTS).flat() }];
  const peers: MeasuredPeer[] = [];
  for (const peer of await peerParsers()) {
    console.error(`peer: ${peer.name}`);
    for (const { name, statements } of texts) peers.push(await measurePeer(peer, name, statements));
  }
  return { corpora: measured, small, peers, ...(await measureLengths()) };
}

interface WarmCorpus {
  readonly name: string;
  readonly statements: readonly string[];
  readonly catalog: MemoryCatalog;
}

/** A server in its steady state has seen every statement of every kind many times. So has this process before the first call that counts: what is measured
 *  first is not measured with code that was compiled for it alone, and what is measured last does not pay for that. */
async function warmCorpora(): Promise<readonly WarmCorpus[]> {
  const warm: WarmCorpus[] = [];
  for (const { name, schema, statements } of corpora) {
    if (schema !== null) warm.push({ name, statements, catalog: await catalogOf(schema) });
  }
  for (let round = 0; round < (quick ? 15 : 100); round++) {
    for (const { statements, catalog } of warm) for (const sql of statements) await bindText(sql, catalog);
  }
  return warm;
}

async function measureCorpus(name: string, statements: readonly string[], catalog: MemoryCatalog): Promise<MeasuredCorpus> {
  const rounds = { warmUp: quick ? 5 : 20, measured: quick ? 15 : 200 };
  const parse = await timeStatements(statements, OUR_PARSER.parse, rounds);
  const bind = await timeStatements(statements, (sql) => bindText(sql, catalog), rounds);
  return { name, statements: statements.length, parse, bind };
}

async function measureSmall(catalog: MemoryCatalog): Promise<MeasuredStatement[]> {
  const small: MeasuredStatement[] = [];
  for (const [name, sql] of [
    ['select-1', 'SELECT 1'],
    ['dashboard', DASHBOARD_QUERY],
  ] as const) {
    small.push({
      name,
      bind: await timeStatements([sql], (text) => bindText(text, catalog), { warmUp: 500, measured: quick ? 1000 : 4000 }),
    });
  }
  return small;
}

async function measurePeer(peer: NamedParser, corpus: string, statements: readonly string[]): Promise<MeasuredPeer> {
  const ours = statements.filter((sql) => parses(OUR_PARSER, sql));
  const parsed = statements.filter((sql) => parses(peer, sql));
  const both = parsed.filter((sql) => ours.includes(sql));
  const rounds = quick ? { warmUp: 1, measured: 3 } : { warmUp: 5, measured: 20 };
  const times =
    both.length === 0
      ? null
      : { ours: await timeStatements(both, OUR_PARSER.parse, rounds), peer: await timeStatements(both, peer.parse, rounds) };
  return { peer: peer.name, corpus, statements: statements.length, parsed: parsed.length, oursParsed: ours.length, times };
}

async function measureLengths(): Promise<Pick<MeasuredSql, 'parseLengths' | 'bindLengths'>> {
  const catalog = await catalogOf(['CREATE TABLE t (a INTEGER, b VARCHAR)']);
  const libpgQuery = (await peerParsers()).find(({ name }) => name === 'libpg-query');
  assert(libpgQuery !== undefined, 'libpg-query is a peer');
  const parseLengths: ParsedLengths[] = [];
  const bindLengths: LengthTimes[] = [];
  for (const shape of LONG_SHAPES) {
    console.error(`lengths: ${shape.name}`);
    const rounds = quick ? 3 : 9;
    const longest = (await timeLengths(shape, libpgQuery.parse, quick ? 1 : 3)).costs.at(-1);
    assert(longest !== undefined, 'a shape is timed at every length');
    parseLengths.push({
      ...(await timeLengths(shape, OUR_PARSER.parse, rounds)),
      treeFromJson: await timeTree(shape, OUR_PARSER.parse, rounds),
      libpgQuery: longest,
    });
    bindLengths.push(await timeLengths(shape, (sql) => bindText(sql, catalog), quick ? 1 : 5));
  }
  return { parseLengths, bindLengths };
}
