import type { Assignment, Copy, CopyOption, Delete, Identifier, Insert, Merge, MergeAction, MergeClause, Update } from '../ast/index.ts';
import { formatPropertyValue } from './format-definition.ts';
import { formatColumnNames, formatIdentifier, formatQualifiedName, formatQuoted } from './format-name.ts';
import { formatHints, formatWith } from './format-query.ts';
import type { FormatRules } from './format-rules.ts';

function formatAlias(alias: Identifier | null): string {
  return alias === null ? '' : ` AS ${formatIdentifier(alias)}`;
}

function formatAssignments(rules: FormatRules, assignments: readonly Assignment[]): string {
  return assignments.map(({ target, value }) => `${formatQualifiedName(target)} = ${rules.expression(value)}`).join(', ');
}

/** Prints an INSERT. */
export function formatInsert(rules: FormatRules, { table, columns, byName, overwrite, partition, source }: Insert): string {
  const target = `${formatQualifiedName(table)}${formatPartition(rules, partition)}${formatColumnNames(columns)}`;
  const rows = source === null ? 'DEFAULT VALUES' : rules.query(source);
  return `INSERT ${overwrite ? 'OVERWRITE' : 'INTO'} ${target}${byName ? ' BY NAME' : ''} ${rows}`;
}

function formatPartition(rules: FormatRules, partition: Insert['partition']): string {
  if (partition === null) return '';
  const values = partition.map(
    ({ column, value }) => `${formatIdentifier(column)}${value === null ? '' : ` = ${rules.expression(value)}`}`,
  );
  return ` PARTITION (${values.join(', ')})`;
}

/** Prints a DELETE. */
export function formatDelete(rules: FormatRules, statement: Delete): string {
  const where = statement.where === null ? '' : ` WHERE ${rules.expression(statement.where)}`;
  const using = statement.using.length === 0 ? '' : ` USING ${statement.using.map(rules.tableReference).join(', ')}`;
  const head = `${formatWith(rules, statement.with)}DELETE ${formatHints(statement.hints)}FROM`;
  return `${head} ${formatQualifiedName(statement.table)}${formatAlias(statement.alias)}${using}${where}`;
}

/** Prints an UPDATE. */
export function formatUpdate(rules: FormatRules, statement: Update): string {
  const head = `${formatWith(rules, statement.with)}UPDATE ${formatHints(statement.hints)}`;
  const target = `${head}${formatQualifiedName(statement.table)}${formatAlias(statement.alias)}`;
  const from = statement.from.length === 0 ? '' : ` FROM ${statement.from.map(rules.tableReference).join(', ')}`;
  const where = statement.where === null ? '' : ` WHERE ${rules.expression(statement.where)}`;
  return `${target} SET ${formatAssignments(rules, statement.assignments)}${from}${where}`;
}

function formatMergeAction(rules: FormatRules, action: MergeAction): string {
  switch (action.kind) {
    case 'merge-update':
      return `UPDATE SET ${action.star ? '*' : formatAssignments(rules, action.assignments)}`;
    case 'merge-delete':
      return 'DELETE';
    case 'merge-insert':
      if (action.star) return 'INSERT *';
      return `INSERT${formatColumnNames(action.columns)} VALUES (${action.values.map(rules.expression).join(', ')})`;
    case 'merge-nothing':
      return 'DO NOTHING';
  }
}

const MATCH_WORDS: Readonly<Record<MergeClause['match'], string>> = {
  matched: 'MATCHED',
  'not-matched': 'NOT MATCHED',
  'not-matched-by-source': 'NOT MATCHED BY SOURCE',
};

/** Prints a MERGE. */
export function formatMerge(rules: FormatRules, merge: Merge): string {
  const head = `${formatWith(rules, merge.with)}MERGE ${formatHints(merge.hints)}INTO`;
  const target = `${head} ${formatQualifiedName(merge.table)}${formatAlias(merge.alias)}`;
  const clauses = merge.clauses.map(({ match, condition, action }) => {
    const also = condition === null ? '' : ` AND ${rules.expression(condition)}`;
    return `WHEN ${MATCH_WORDS[match]}${also} THEN ${formatMergeAction(rules, action)}`;
  });
  return `${target} USING ${rules.tableReference(merge.source)} ON ${rules.expression(merge.on)} ${clauses.join(' ')}`;
}

function formatOption(rules: FormatRules, { name, value }: CopyOption): string {
  const word = /^[a-z_][a-z0-9_]*$/.test(name) ? name : formatQuoted(name);
  return value === null ? word : `${word} ${formatPropertyValue(rules, value)}`;
}

/** Prints a COPY. */
export function formatCopy(rules: FormatRules, copy: Copy): string {
  const options = copy.options.length === 0 ? '' : ` (${copy.options.map((option) => formatOption(rules, option)).join(', ')})`;
  const location = `${rules.expression(copy.location)}${options}`;
  if (copy.kind === 'copy-to') return `COPY (${rules.query(copy.source)}) TO ${location}`;
  return `COPY ${formatQualifiedName(copy.table)}${formatColumnNames(copy.columns)} FROM ${location}`;
}
