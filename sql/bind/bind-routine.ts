import { type DataType, nearestName } from '../../spi/index.ts';
import type { Call, CreateFunction, FunctionArgument, QualifiedName } from '../ast/index.ts';
import { functionBySpelling } from '../functions/index.ts';
import { parseStatement } from '../parse/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { type BinderState, bindWithin } from './binder-state.ts';
import { coerce } from './coercion.ts';
import { existingRelation } from './existing-relation.ts';
import { PROCEDURES, type Procedure, type ProcedureParameter } from './procedures.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';
import { EMPTY_SCOPE } from './scope.ts';

const NOTHING_AROUND = { commonTables: new Map<string, never>(), outer: null };

/** Binds CREATE FUNCTION: code from outside is not run.
 *  @throws SQL_UNSUPPORTED never here; running it is refused */
export function bindCreateFunction(node: CreateFunction): RefusedStatement {
  const name = node.name.parts.map((part) => part.name).join('.');
  const own = node.name.parts.length === 1 ? functionBySpelling(name) : null;
  const hint =
    own === null
      ? 'Functions of your own are not run; docs/sql/functions.md lists the functions that there are.'
      : `The platform has a function ${own.name} of its own; statements use it without CREATE FUNCTION.`;
  return refusedStatement(`CREATE FUNCTION ${name}`, hint, { implementation: node.implementation });
}

/** Binds DROP FUNCTION. */
export function refusedDropFunction({ parts }: QualifiedName): RefusedStatement {
  const name = parts.map((part) => part.name).join('.');
  return refusedStatement(`DROP FUNCTION ${name}`, "The platform's functions are there for good; there are no others.");
}

/** Binds CALL: the procedure and its arguments are settled; the storage carries out no procedure yet.
 *  @throws SQL_UNKNOWN_FUNCTION for another procedure, SQL_PARAMETER for arguments too many or too few, CATALOG_UNKNOWN_TABLE, SQL_TYPE_MISMATCH */
export async function bindCall(state: BinderState, node: Call): Promise<RefusedStatement> {
  const written = node.procedure.parts.map((part) => part.name.toLowerCase()).join('.');
  const procedure = PROCEDURES.find(({ name }) => name === written || name === `system.${written}`);
  if (procedure === undefined) {
    const nearest = nearestName(
      written,
      PROCEDURES.map(({ name }) => name),
    );
    const hint = didYouMean(nearest) ?? 'SHOW PROCEDURES lists them.';
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no procedure of the name ${written}`, node.procedure.span, { hint });
  }
  const values: Record<string, string | boolean | null> = {};
  for (const [index, argument] of node.arguments.entries()) {
    const parameter = parameterOf(state, procedure, argument, index);
    if (Object.hasOwn(values, parameter.name)) {
      throw bindError(state, 'SQL_DUPLICATE_NAME', `${procedure.name} is given ${parameter.name} twice`, argument.span);
    }
    values[parameter.name] = await bindArgument(state, parameter, argument);
  }
  const missing = procedure.parameters.find(({ name, required }) => required && !Object.hasOwn(values, name));
  if (missing !== undefined) throw bindError(state, 'SQL_PARAMETER', `${procedure.name} needs ${missing.name}`, node.span);
  return refusedStatement(`CALL ${procedure.name}`, procedure.hint, values);
}

function parameterOf(state: BinderState, procedure: Procedure, { name, span }: FunctionArgument, index: number): ProcedureParameter {
  const { parameters } = procedure;
  const parameter = name === null ? parameters[index] : parameters.find((candidate) => candidate.name === name.name.toLowerCase());
  if (parameter !== undefined) return parameter;
  const names = parameters.map((candidate) => candidate.name).join(', ');
  throw bindError(state, 'SQL_PARAMETER', `${procedure.name} has no such parameter`, span, { hint: `It takes ${names}.` });
}

async function bindArgument(
  state: BinderState,
  { name, type }: ProcedureParameter,
  { value, span }: FunctionArgument,
): Promise<string | boolean | null> {
  const bound = bindWithin({ state, scope: EMPTY_SCOPE, environment: NOTHING_AROUND, calls: null, place: 'CALL' }, value);
  const wanted: DataType = { kind: type === 'table' ? 'varchar' : type };
  const converted = coerce(state, bound, wanted, span);
  if (converted.kind !== 'literal' || converted.value === null) {
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${name} is a constant`, span);
  }
  if (type === 'table') await refuseUnknownTable(state, String(converted.value), value);
  return converted.value;
}

/** The table's name stands in a string: errors point to the string. */
async function refuseUnknownTable(state: BinderState, text: string, at: FunctionArgument['value']): Promise<void> {
  const name = tableNameOf(text);
  if (name === null) throw bindError(state, 'CATALOG_INVALID_NAME', `'${text}' is not the name of a table`, at.span);
  const parts = name.map((part) => ({ kind: 'identifier' as const, name: part, quoted: true, span: at.span }));
  const found = await existingRelation(state, { kind: 'qualified-name', parts, span: at.span });
  if (found?.kind !== 'table') throw bindError(state, 'CATALOG_NOT_A_TABLE', `${text} is not a table`, at.span);
}

function tableNameOf(text: string): readonly string[] | null {
  try {
    const statement = parseStatement(`TABLE ${text}`);
    const body = statement.kind === 'query-statement' ? statement.query.body : null;
    return body?.kind === 'table-query' ? body.table.parts.map((part) => part.name) : null;
  } catch {
    // A syntax error is how the parser says that this is no name.
    return null;
  }
}
