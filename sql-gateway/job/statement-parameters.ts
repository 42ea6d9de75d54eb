import { nearestName, PlatformError } from '../../spi/index.ts';
import { tokenize } from '../../sql/lex/index.ts';
import type { JobParameters, JobStatement } from './job-spec.ts';

/** Returns those of a job's parameters that one of its statements uses: a statement is given no more than it takes.
 *  @throws SQL_SYNTAX for a text that cannot be split into words */
export function statementParameters(sql: string, parameters: JobParameters): JobParameters {
  const used = new Set(parameterNames(sql).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => used.has(name.toLowerCase())));
}

/** Checks that each parameter is used somewhere.
 *  @throws SQL_PARAMETER for one that no statement uses */
export function checkParameters(statements: readonly JobStatement[], parameters: JobParameters): void {
  const named = statements.flatMap(({ sql }) => parameterNames(sql));
  const used = new Set(named.map((name) => name.toLowerCase()));
  const unused = Object.keys(parameters).find((name) => !used.has(name.toLowerCase()));
  if (unused === undefined) return;
  const nearest = nearestName(unused, named);
  throw new PlatformError('SQL_PARAMETER', `a value is given for parameter $${unused}, which no statement of the job uses`, {
    hint: nearest === null ? 'Statements name parameters as $name.' : `Did you mean $${nearest}?`,
  });
}

const parameterNames = (sql: string): readonly string[] =>
  tokenize(sql).flatMap(({ kind, value }) => (kind === 'parameter' ? [value] : []));
