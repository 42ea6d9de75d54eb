import { runStatement } from '../command/run-statement.ts';
import { type Stage, showHeading } from './stage.ts';

/** Statements that show what the platform does, each with the question that it answers. */
const STATEMENTS: readonly (readonly [string, string])[] = [
  [
    'Which airports send out the most flights, and how late?',
    `SELECT f.origin, a.name, a.state, count(*) AS flights, round(avg(f.delay), 1) AS average_delay
FROM flights f JOIN airports a ON a.iata = f.origin
GROUP BY f.origin, a.name, a.state ORDER BY flights DESC LIMIT 5`,
  ],
  [
    'The worst delays of the three longest routes, by a window',
    `SELECT origin, destination, distance, delay,
  rank() OVER (PARTITION BY origin, destination ORDER BY delay DESC) AS place
FROM flights WHERE distance > 4900 QUALIFY place = 1 ORDER BY distance DESC, delay DESC LIMIT 3`,
  ],
  [
    'How do delays grow over the day?',
    `SELECT extract(hour FROM date) AS hour, count(*) AS flights, round(avg(delay), 1) AS average_delay,
  round(quantile_cont(delay, 0.99), 1) AS p99_delay
FROM flights GROUP BY ALL ORDER BY hour LIMIT 6 OFFSET 6`,
  ],
  ['What is behind a table?', 'DESCRIBE flights'],
  ['What does a statement mean to the engines?', 'EXPLAIN SELECT origin, count(*) FROM flights WHERE distance > 2000 GROUP BY origin'],
];

/** Answers a few questions. */
export async function showStatements(stage: Stage): Promise<void> {
  showHeading(stage, 'Questions');
  const layout = { widthMax: stage.widthMax, rowsMax: 40 };
  for (const [index, [question, sql]] of STATEMENTS.entries()) {
    stage.io.stdout.write(`${index === 0 ? '' : '\n'}-- ${question}\n${sql};\n\n`);
    await runStatement(
      stage.server,
      { sql, session: {}, format: 'table', layout, summary: true },
      { ...stage.io, stderr: stage.io.stdout },
    );
  }
}
