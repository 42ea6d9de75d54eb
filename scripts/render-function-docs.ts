import { FUNCTIONS, type FunctionDefinition, type FunctionKind } from '../sql/functions/index.ts';

const CHAPTERS: readonly (readonly [FunctionKind, string])[] = [
  ['scalar', 'Scalar functions and operators'],
  ['aggregate', 'Aggregate functions'],
  ['window', 'Window functions'],
  ['table', 'Table functions'],
];
const NULLS = { propagates: 'NULL', never_null: 'never NULL', own: 'own rule' } as const;

/** Returns the text of `docs/sql/functions.md`. */
export function renderFunctionDocs(): string {
  const chapters = CHAPTERS.map(([kind, title]) => {
    const rows = FUNCTIONS.filter((entry) => entry.kind === kind).map(row);
    return `## ${title}\n\n| name in plans | written in SQL | signatures | with NULL | meaning |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `# Functions

Made by \`npm run docs\` from \`sql/functions\`. The first column is the name that stands in plans and that engines declare; the second one holds
the spellings of SQL text (none for what only an operator or a special form reaches). In signatures \`T\`, \`K\`, \`V\` stand for one type per call,
\`decimal(p,s)\` for any decimal, square brackets for what may be left out, dots for what may be repeated. Integers become bigint, decimal, double
where a signature asks for it (docs/sql/semantics.md). Aggregate functions may be used with OVER, and skip NULL unless the meaning says otherwise.

${chapters.join('\n')}`;
}

function row(entry: FunctionDefinition): string {
  const spellings = entry.spellings.map((spelling) => `\`${spelling}\``).join(' ');
  const signatures = entry.overloads.map((overload) => `\`${overload.text}\``).join('<br>');
  const meaning = entry.deterministic ? entry.summary : `${entry.summary} Not deterministic.`;
  return `| \`${entry.name}\` | ${spellings} | ${signatures} | ${NULLS[entry.nullBehaviour]} | ${meaning.replaceAll('|', '\\|')} |`;
}
