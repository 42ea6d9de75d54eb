import { assert } from '../../../spi/index.ts';
import { seededRandom } from '../../../tck/truth/seeded-random.ts';

/** What a statement is like, and so which way of running it should be best. */
export type StatementClass = 'interactive' | 'view' | 'memory' | 'write' | 'continuous';

/** One statement of the proof. */
export interface RoutedStatement {
  readonly kind: StatementClass;
  readonly sql: string;
  /** Returns the text that asks for an engine, where the session does not decide. */
  readonly hinted?: (engine: string) => string;
  /** The way that answers whatever does not name its engine. */
  readonly onlyWay?: 'stream';
  /** Takes back what the statement did, so that each run finds the same. */
  readonly after?: string;
}

/** The materialized views that are kept while the statements run. */
export const VIEWS: Readonly<Record<string, string>> = {
  by_origin:
    'SELECT origin, count(*) AS flights, sum(delay) AS delay, min(delay) AS least, max(delay) AS most FROM flights GROUP BY origin',
  by_route: 'SELECT origin, destination, count(*) AS flights, sum(distance) AS distance FROM flights GROUP BY origin, destination',
  by_day:
    "SELECT window_start, count(*) AS flights, max(delay) AS most FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(date), INTERVAL '1' DAY)) GROUP BY window_start",
};

/** How many of a hundred statements are of a class; the rest is interactive. */
const SHARES = { view: 24, memory: 6, write: 7, continuous: 3 } as const satisfies Partial<Record<StatementClass, number>>;

type Whole = (below: number) => number;

/** Makes a statement; `width` scales the texts that fill memory. */
type Template = (whole: Whole, width: number) => string;

const ORIGINS = ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'DEN', 'DTW', 'MSP', 'STL', 'SFO'];

const TEMPLATES: Readonly<Record<StatementClass, readonly Template[]>> = {
  interactive: [
    (n) =>
      `SELECT * FROM flights WHERE origin = '${airport(n)}' AND destination = '${airport(n)}' AND delay > ${n(90)} ORDER BY date, delay LIMIT 20`,
    (n) =>
      `SELECT destination, count(*), avg(delay) FROM flights WHERE distance > ${n(1500)} GROUP BY destination ORDER BY 2 DESC, 1 LIMIT 10`,
    (n) => `SELECT count(*), sum(distance) FROM flights WHERE delay BETWEEN ${n(30)} AND ${40 + n(30)}`,
    (n) =>
      `SELECT a.state, count(*) FROM flights f JOIN airports a ON f.origin = a.iata WHERE f.delay > ${n(200)} GROUP BY a.state ORDER BY 2 DESC, 1`,
    (n) => `SELECT name, city FROM airports WHERE latitude > ${20 + n(40)} ORDER BY name LIMIT ${1 + n(50)}`,
    (n) =>
      `SELECT extract(hour FROM date) AS h, max(delay) FROM flights WHERE origin = '${airport(n)}' AND distance < ${200 + n(2000)} GROUP BY 1 ORDER BY 1`,
    (n) => `SELECT ${n(1000)} + ${n(1000)} AS total`,
  ],
  view: [
    (n) => `${VIEWS['by_origin'] ?? ''} HAVING count(*) > ${n(20_000)} ORDER BY flights DESC, origin`,
    (n) => `SELECT origin, sum(delay) / count(*) AS mean FROM flights GROUP BY origin ORDER BY mean DESC, origin LIMIT ${1 + n(100)}`,
    (n) => `SELECT origin, destination, sum(distance) FROM flights GROUP BY origin, destination HAVING count(*) > ${n(3000)} ORDER BY 1, 2`,
    (n) => `SELECT max(flights) - ${n(100)} AS most FROM (${VIEWS['by_route'] ?? ''}) v`,
    (n) => `${VIEWS['by_day'] ?? ''} HAVING max(delay) > ${n(400)} ORDER BY window_start`,
  ],
  memory: [
    (n, width) =>
      `SELECT count(*), max(w) FROM (SELECT DISTINCT date, delay, distance, repeat(origin || destination, ${width + n(20)}) AS w FROM flights) d`,
    (n, width) =>
      `SELECT count(*), max(w) FROM (SELECT date, delay, distance, origin, destination, repeat(origin, ${2 * width + n(20)}) AS w, count(*) AS c FROM flights GROUP BY ALL) g WHERE c > 0`,
  ],
  write: [
    (n) =>
      `CREATE OR REPLACE TABLE summary AS SELECT origin, destination, count(*) AS flights, sum(delay) AS delay FROM flights WHERE delay > ${n(30)} GROUP BY origin, destination`,
    (n) => `CREATE OR REPLACE TABLE late AS SELECT date, delay, origin, destination FROM flights WHERE delay > ${n(30)}`,
    (n) =>
      `CREATE OR REPLACE TABLE copies AS SELECT date, delay, distance, origin, destination, repeat(origin, ${20 + n(10)}) AS note FROM flights ORDER BY origin, date`,
  ],
  continuous: [
    (n) => `SELECT origin, count(*) AS flights, max(delay) AS most FROM flights WHERE delay > ${n(60)} GROUP BY origin`,
    (n) =>
      `SELECT window_start, count(*) AS flights FROM TABLE(TUMBLE(TABLE flights, DESCRIPTOR(date), INTERVAL '1' DAY)) WHERE distance > ${n(1000)} GROUP BY window_start`,
  ],
};

/** A query to be kept fresh: engines are asked for by the hint of the query. */
function continuous(query: string): RoutedStatement {
  const create = (text: string): string => `CREATE OR REPLACE MATERIALIZED VIEW live AS ${text}`;
  return {
    kind: 'continuous',
    sql: create(query),
    hinted: (engine) => create(query.replace('SELECT', `SELECT /*+ ENGINE(${engine === 'view' ? 'olap' : engine}) */`)),
    onlyWay: 'stream',
    after: 'DROP MATERIALIZED VIEW IF EXISTS live',
  };
}

function airport(whole: Whole): string {
  return ORIGINS[whole(ORIGINS.length)] ?? 'ATL';
}

/** Makes the statements, in random order; `width` is the number of letters, in sixes, of the texts that fill memory. */
export function makeStatements(count: number, seed: number, width: number): readonly RoutedStatement[] {
  const random = seededRandom(seed);
  const whole: Whole = (below) => Math.floor(random() * below);
  const made: RoutedStatement[] = [];
  const counts = Object.entries(SHARES).map(([kind, share]) => [kind as StatementClass, Math.round((count * share) / 100)] as const);
  const others = counts.reduce((sum, [, part]) => sum + part, 0);
  for (const [kind, part] of [...counts, ['interactive', count - others] as const]) {
    const templates = TEMPLATES[kind];
    for (let index = 0; index < part; index += 1) {
      const template = templates[index % templates.length];
      assert(template !== undefined, 'every class has templates');
      const sql = template(whole, width);
      made.push(kind === 'continuous' ? continuous(sql) : { kind, sql });
    }
  }
  for (let index = made.length - 1; index > 0; index -= 1) {
    const other = whole(index + 1);
    const [one, two] = [made[index], made[other]];
    if (one !== undefined && two !== undefined) [made[index], made[other]] = [two, one];
  }
  return made;
}
