import { formatStatement } from '../../../sql/format/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { isDeepStrictEqual } from 'node:util';
import { scrambleLayout } from '../../property/sql-scramble.ts';
import { withoutSpans } from '../../property/sql-without-spans.ts';
import { pick, type Random } from '../../property/stream-tables.ts';
import { ACCEPTED_STATEMENTS } from '../../unit/sql/parse/accepted-statements.ts';
import { readCorpus } from '../corpora/corpus.ts';
import type { Check } from '../proof.ts';
import { HIDDEN_STATEMENTS } from './hidden-statements.ts';
import { QueryMaker } from './random-queries.ts';

/** How much is tried. */
export interface LayoutOptions {
  readonly random: Random;
  /** Random queries beside the statements that are there. */
  readonly queries: number;
  /** Layouts of each statement. */
  readonly scrambles: number;
}

/** Checks that the printed form of a statement does not depend on its layout, and is read as the same statement. */
export function checkLayout({ random, queries, scrambles }: LayoutOptions): Check[] {
  const statements = [
    ...[...readCorpus('tpch'), ...readCorpus('tpcds')].map(({ sql }) => sql),
    ...Object.values(ACCEPTED_STATEMENTS).flat(),
    ...HIDDEN_STATEMENTS.map(([sql]) => sql),
    ...Array.from({ length: queries }, () => new QueryMaker(random, false).query(pick(random, [0, 1, 2]))),
  ];
  const wrong = statements.filter((sql) => !isStable(sql, random, scrambles));
  const total = statements.length;
  return [
    {
      id: 'print-stable',
      value: total - wrong.length,
      unit: 'statements',
      target: `${total} of ${total}`,
      pass: wrong.length === 0,
      note: wrong[0] ?? `${scrambles} layouts each`,
    },
  ];
}

function isStable(sql: string, random: Random, scrambles: number): boolean {
  const statement = parseStatement(sql);
  const printed = formatStatement(statement);
  const tree = withoutSpans(statement);
  const layouts = Array.from({ length: scrambles }, () => scrambleLayout(sql, random));
  return (
    isDeepStrictEqual(withoutSpans(parseStatement(printed)), tree) &&
    layouts.every((layout) => formatStatement(parseStatement(layout)) === printed)
  );
}
