import type { StatementReferences } from '../../../sql/bind/index.ts';
import type { Check } from '../proof.ts';
import { type ReferencesOf, referencesOf, setDifference } from './check-references.ts';
import { HIDDEN_STATEMENTS, hiddenCatalog } from './hidden-statements.ts';

/** Checks the tables, columns and functions of statements that are made to hide one. */
export async function checkHidden(log: (line: string) => void, references: ReferencesOf = referencesOf): Promise<Check[]> {
  const catalog = await hiddenCatalog();
  const wrong: string[] = [];
  for (const [sql, reads, functions] of HIDDEN_STATEMENTS) {
    const difference = await references(sql, catalog).then((found) => differenceOf(found, reads, functions), String);
    if (difference === null) continue;
    wrong.push(`${difference}: ${sql}`);
    log(`DIFFERENT ${difference}\n  ${sql}`);
  }
  const total = HIDDEN_STATEMENTS.length;
  return [
    {
      id: 'hidden',
      value: total - wrong.length,
      unit: 'statements',
      target: `${total} of ${total}`,
      pass: wrong.length === 0 && total >= 80,
      note: wrong[0],
    },
  ];
}

function differenceOf(found: StatementReferences, reads: string, functions: string): string | null {
  const readTexts = found.reads.map(({ kind, schema, name, columns, via }) => {
    const prefix = kind === 'table' ? '' : `${kind} `;
    const qualified = schema === 'main' ? name : `${schema}.${name}`;
    return `${prefix}${qualified}(${columns.join(' ')})${via === null ? '' : `@${via}`}`;
  });
  const expected = reads === '' ? [] : reads.split(/(?<=\)(?:@[\w.]+)?) /);
  return (
    setDifference(new Set(readTexts), new Set(expected)) ??
    setDifference(new Set(found.functions), new Set(functions === '' ? [] : functions.split(' ')))
  );
}
