import { askRows } from './ask-rows.ts';
import { type Stage, showHeading, showRows, showText } from './stage.ts';

/** Statements of each kind, with what they are. */
const STATEMENTS: readonly (readonly [string, string])[] = [
  ['a question', 'SELECT origin, count(*) FROM flights WHERE distance > 2000 GROUP BY origin'],
  ['a write', 'CREATE TABLE copied AS SELECT * FROM flights'],
  ['a view that stays fresh', 'CREATE MATERIALIZED VIEW busiest AS SELECT origin, count(*) AS flights FROM flights GROUP BY origin'],
  ['a hint, and an engine that lacks window functions', 'SELECT /*+ ENGINE(stream) */ origin, rank() OVER (ORDER BY delay) FROM flights'],
];

/** Shows which engines could run statements of each kind, what they estimate, and what they refuse. */
export async function showRoutes(stage: Stage): Promise<void> {
  showHeading(stage, 'EXPLAIN ROUTE: who may run what, and why');
  for (const [index, [kind, sql]] of STATEMENTS.entries()) {
    showText(stage, `${index === 0 ? '' : '\n'}-- ${kind}`, `EXPLAIN ROUTE ${sql};`, '');
    const { rows } = await askRows(stage.server, `EXPLAIN ROUTE ${sql}`);
    showRows(
      stage,
      ['engine', 'chosen', '#estimated ms', '#rows', 'refused because'],
      rows.map((row) => [
        cell(row['engine']),
        row['chosen'] === true ? 'yes' : '',
        whole(row['estimated_ms']),
        whole(row['rows']),
        cell(row['refusal_code']),
      ]),
    );
  }
}

const cell = (value: unknown): string => (typeof value === 'string' ? value : '');
const whole = (value: unknown): string => (typeof value === 'number' ? Math.round(value).toLocaleString('en-US') : '');
