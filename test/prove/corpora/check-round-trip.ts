import { isDeepStrictEqual } from 'node:util';
import { formatStatement } from '../../../sql/format/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { scrambleLayout } from '../../property/sql-scramble.ts';
import { withoutSpans } from '../../property/sql-without-spans.ts';
import type { Check } from '../proof.ts';
import type { CorpusStatement } from './corpus.ts';

const SCRAMBLES = 5;

/** Checks that our parser reads every statement, and that the tree survives scrambled layout and printing. */
export function checkRoundTrip(corpus: string, statements: readonly CorpusStatement[], random: () => number): Check[] {
  const unread: string[] = [];
  const changed: string[] = [];
  for (const { id, sql } of statements) {
    try {
      if (!survives(sql, random)) changed.push(id);
    } catch (error) {
      unread.push(`${id}: ${String(error)}`);
    }
  }
  const count = (failed: readonly string[]): Omit<Check, 'id'> => ({
    value: statements.length - failed.length,
    unit: 'statements',
    target: `${statements.length} of ${statements.length}`,
    pass: failed.length === 0,
    note: failed.length === 0 ? undefined : failed.join('; '),
  });
  return [
    { id: `${corpus}-parsed`, ...count(unread) },
    { id: `${corpus}-round-trip`, ...count([...unread, ...changed]) },
  ];
}

/** The tree is the same after comments, case and layout were scrambled, and after our own printer wrote the scrambled text's tree. */
function survives(sql: string, random: () => number): boolean {
  const tree = withoutSpans(parseStatement(sql));
  for (let scramble = 0; scramble < SCRAMBLES; scramble++) {
    const scrambled = parseStatement(scrambleLayout(sql, random));
    const printed = parseStatement(formatStatement(scrambled));
    if (!isDeepStrictEqual(withoutSpans(scrambled), tree) || !isDeepStrictEqual(withoutSpans(printed), tree)) return false;
  }
  return true;
}
