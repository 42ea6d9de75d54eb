import { PlatformError } from '../../spi/index.ts';
import { formatElapsed } from '../format/print-result.ts';
import { askRows } from './ask-rows.ts';
import { type Stage, showHeading, showRows, showText } from './stage.ts';

const ENGINES = ['olap', 'batch', 'stream'];

const query = (
  engine: string,
): string => `SELECT /*+ ENGINE(${engine}) */ origin, count(*) AS flights, sum(delay) AS delay, max(distance) AS farthest
FROM flights WHERE delay > 60 GROUP BY origin ORDER BY flights DESC, origin`;

/** Runs one aggregate on each engine over the same snapshot and compares the answers. */
export async function showAgreement(stage: Stage): Promise<void> {
  showHeading(stage, 'Three engines, one answer');
  showText(stage, `${query('..')};`, '');
  const answers = [];
  for (const engine of ENGINES) {
    const startedAt = performance.now();
    const answer = await askRows(stage.server, query(engine));
    answers.push({ ...answer, elapsed: formatElapsed(performance.now() - startedAt) });
  }
  showRows(
    stage,
    ['engine', '#rows', '#time', 'first row', 'snapshot'],
    answers.map(({ engine, rows, elapsed, snapshots }) => [
      engine ?? '',
      String(rows.length),
      elapsed,
      Object.values(rows[0] ?? {}).join(' '),
      snapshots ?? '',
    ]),
  );
  const [first] = answers;
  if (answers.some(({ lines }) => lines !== first?.lines)) throw new PlatformError('INTERNAL_INVARIANT', 'the engines disagree');
  showText(stage, '', `The three answers are equal, all ${String(first?.rows.length)} rows.`);
}
