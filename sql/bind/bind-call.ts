import {
  assert,
  type DataType,
  type Expression as PlanExpression,
  nearestName,
  type RelationName,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { Call, FunctionArgument, QualifiedName, Span } from '../ast/index.ts';
import { parseStatement } from '../parse/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { bindRewrite } from './bind-rewrite.ts';
import { type BinderState, bindWithin } from './binder-state.ts';
import type { BoundCall, BoundTransfer } from './bound-statement.ts';
import { coerce } from './coercion.ts';
import { existingRelation } from './existing-relation.ts';
import { PROCEDURES, type Procedure, type ProcedureParameter, type TransferName } from './procedures.ts';
import { noteUse } from './read-record.ts';
import { relationName } from './relation-name.ts';
import { EMPTY_SCOPE } from './scope.ts';
import { isMaterializedView } from './stream-table.ts';
import { parseTimestampTz, timestampTzMs } from './time-text.ts';

const NOTHING_AROUND = { commonTables: new Map<string, never>(), outer: null };

type KnownProcedure = (typeof PROCEDURES)[number];

/** Binds CALL: the procedure, its tables and its arguments are settled.
 *  @throws SQL_UNKNOWN_FUNCTION for another procedure, SQL_PARAMETER for arguments too many or too few, CATALOG_UNKNOWN_TABLE, SQL_TYPE_MISMATCH */
export async function bindCall(state: BinderState, node: Call): Promise<BoundCall | BoundTransfer> {
  const procedure = procedureOf(state, node);
  const given = new Map<ProcedureParameter, FunctionArgument>();
  for (const [index, argument] of node.arguments.entries()) {
    const parameter = parameterOf(state, procedure, argument, index);
    if (given.has(parameter)) {
      throw bindError(state, 'SQL_DUPLICATE_NAME', `${procedure.name} is given ${parameter.name} twice`, argument.span);
    }
    given.set(parameter, argument);
  }
  let table: TableSnapshot | null = null;
  const names: Record<string, RelationName> = {};
  const values: Record<string, string | boolean> = {};
  for (const parameter of procedure.parameters as readonly ProcedureParameter[]) {
    const argument = given.get(parameter);
    if (argument !== undefined) {
      const value = bindArgument(state, parameter, argument);
      if (parameter.type === 'table') table = await findTable(state, String(value), argument.value);
      else if (parameter.type === 'name') names[parameter.name] = relationName(nameIn(state, String(value), argument.value), state.source);
      else values[parameter.name] = value;
    } else if (parameter.required) throw bindError(state, 'SQL_PARAMETER', `${procedure.name} needs ${parameter.name}`, node.span);
  }
  if (isTransfer(procedure)) return { kind: 'transfer', procedure: procedure.name, names, arguments: values };
  assert(table !== null, 'a procedure that is no transfer has a table');
  const rewrites = procedure.name === 'system.optimize' || procedure.name === 'system.rewrite_data_files';
  const rewrite = rewrites ? bindRewrite(state, table, values['where'], node.span) : null;
  if (rewrite === null) noteUse(state, isMaterializedView(table) ? 'materialized_view' : 'table', table.ref, NO_ROWS);
  return { kind: 'call', procedure: procedure.name, table: table.ref, arguments: values, rewrite };
}

function isTransfer(procedure: KnownProcedure): procedure is Extract<KnownProcedure, { readonly name: TransferName }> {
  return procedure.parameters.every(({ type }: ProcedureParameter) => type !== 'table');
}

/** The definition of a table is read, and none of its columns. */
const NO_ROWS = { plan: { kind: 'values' as const, columns: [], rows: [] }, columns: [] };

function procedureOf(state: BinderState, node: Call): KnownProcedure {
  const written = node.procedure.parts.map((part) => part.name.toLowerCase()).join('.');
  const procedure = PROCEDURES.find(({ name }) => name === written || name === `system.${written}`);
  if (procedure !== undefined) return procedure;
  const nearest = nearestName(
    written,
    PROCEDURES.map(({ name }) => name),
  );
  const hint = didYouMean(nearest) ?? 'SHOW PROCEDURES lists them.';
  throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no procedure of the name ${written}`, node.procedure.span, { hint });
}

function parameterOf(state: BinderState, procedure: Procedure, { name, span }: FunctionArgument, index: number): ProcedureParameter {
  const { parameters } = procedure;
  const parameter = name === null ? parameters[index] : parameters.find((candidate) => candidate.name === name.name.toLowerCase());
  if (parameter !== undefined) return parameter;
  const names = parameters.map((candidate) => candidate.name).join(', ');
  throw bindError(state, 'SQL_PARAMETER', `${procedure.name} has no such parameter`, span, { hint: `It takes ${names}.` });
}

function bindArgument(state: BinderState, { name, type }: ProcedureParameter, { value, span }: FunctionArgument): string | boolean {
  const bound = bindWithin({ state, scope: EMPTY_SCOPE, environment: NOTHING_AROUND, calls: null, place: 'CALL' }, value);
  if (type === 'timestamptz') return instantOf(state, name, bound, span);
  const wanted: DataType = { kind: type === 'table' || type === 'name' ? 'varchar' : type };
  const converted = coerce(state, bound, wanted, span);
  if (converted.kind !== 'literal' || converted.value === null) {
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${name} is a constant`, span);
  }
  return converted.value;
}

/** A reading of the clock is one of the session's time zone. */
function instantOf(state: BinderState, name: string, bound: PlanExpression, span: Span): string {
  const isTime = ['date', 'timestamp', 'timestamptz', 'varchar'].includes(bound.type.kind);
  const text = bound.kind === 'literal' && isTime && typeof bound.value === 'string' ? bound.value : null;
  if (text === null) throw bindError(state, 'SQL_TYPE_MISMATCH', `${name} is a constant timestamp`, span);
  const instant = parseTimestampTz(text, state.context.timeZone);
  if (instant === null) throw bindError(state, 'SQL_INVALID_VALUE', `'${text}' is not a timestamp`, span);
  return String(timestampTzMs(instant));
}

/** The table's name stands in a string: errors point to the string. */
async function findTable(state: BinderState, text: string, at: FunctionArgument['value']): Promise<TableSnapshot> {
  const found = await existingRelation(state, nameIn(state, text, at));
  if (found?.kind === 'table') return found;
  throw bindError(state, 'CATALOG_NOT_A_TABLE', `${text} is not a table`, at.span);
}

function nameIn(state: BinderState, text: string, at: FunctionArgument['value']): QualifiedName {
  const name = tableNameOf(text);
  if (name === null) throw bindError(state, 'CATALOG_INVALID_NAME', `'${text}' is not the name of a table`, at.span);
  const parts = name.map((part) => ({ kind: 'identifier' as const, name: part, quoted: true, span: at.span }));
  return { kind: 'qualified-name', parts, span: at.span };
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
