import { type Catalog, isStatementTime, type PluginFunction, PlatformError } from '../../spi/index.ts';
import type { Expression, Query } from '../ast/index.ts';
import {
  type DeclaredFunction,
  functionByName,
  type FunctionBody,
  type FunctionSource,
  parseFunctionSignature,
} from '../functions/index.ts';
import { parseExpressionText, parseStatement } from '../parse/index.ts';
import { bindWithReferences } from './bind-statement.ts';
import type { BindContext } from './bound-statement.ts';
import { planHasPart } from './find-part.ts';
import { probeCalls } from './probe-calls.ts';

const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Takes the functions of a plugin under a namespace, once the text of each was parsed and bound for each of its signatures.
 *  @throws SPI_INVALID_PLUGIN naming the function and what is wrong with it */
export async function declareFunctions(
  functions: readonly PluginFunction[],
  { namespace, origin }: { readonly namespace: string; readonly origin: string },
): Promise<readonly DeclaredFunction[]> {
  const declared = new Map<string, DeclaredFunction>();
  for (const each of functions) {
    const label = `${namespace}.${each.name}`;
    if (declared.has(each.name)) throw invalid(label, 'is declared twice');
    declared.set(each.name, await refusing(label, () => declare(each, label, origin)));
  }
  const source: FunctionSource = {
    find: (place, name) => (place === namespace ? (declared.get(name) ?? null) : null),
    list: () => [...declared.values()],
  };
  for (const each of declared.values()) await refusing(each.definition.name, () => check(each, source));
  return [...declared.values()];
}

function declare(given: PluginFunction, label: string, origin: string): DeclaredFunction {
  checkShape(given, label);
  const { kind, parameters, nulls, determinism, description } = given;
  const signatures = given.signatures.map((text) => parseFunctionSignature(text, kind));
  for (const { overload } of signatures) {
    if (overload.parameters.length === parameters.length && overload.requiredCount === parameters.length && !overload.variadic) continue;
    throw invalid(label, `has the parameters (${parameters.join(', ')}); its signature ${overload.text} has others`);
  }
  const columns = signatures[0]?.columns ?? null;
  return {
    definition: {
      name: label,
      kind,
      spellings: [label],
      overloads: signatures.map(({ overload }) => overload),
      nullBehaviour: nulls === 'propagate' ? 'propagates' : 'own',
      deterministic: determinism !== 'volatile',
      summary: description,
    },
    parameters,
    determinism,
    body: parseBody(given.sql, columns, label),
    origin,
  };
}

function checkShape(given: PluginFunction, label: string): void {
  const { name, kind, parameters, signatures, nulls, determinism, description, sql } = given as Readonly<
    Record<keyof PluginFunction, unknown>
  >;
  if (typeof name !== 'string' || !NAME.test(name)) throw invalid(label, "needs a lower-case 'name'");
  const oneOf = (key: string, value: unknown, values: readonly string[]): void => {
    if (typeof value !== 'string' || !values.includes(value)) throw invalid(label, `needs '${key}', one of ${values.join(', ')}`);
  };
  oneOf('kind', kind, ['scalar', 'aggregate', 'table']);
  oneOf('nulls', nulls, kind === 'scalar' ? ['propagate', 'called'] : ['called']);
  oneOf('determinism', determinism, ['immutable', 'stable', 'volatile']);
  const isNames = Array.isArray(parameters) && parameters.every((each) => typeof each === 'string' && NAME.test(each));
  if (!isNames || new Set(parameters).size < parameters.length)
    throw invalid(label, "needs 'parameters', a list of different lower-case names");
  if (!Array.isArray(signatures) || signatures.length === 0 || !signatures.every((each) => typeof each === 'string'))
    throw invalid(label, "needs 'signatures', a list of texts");
  if (kind === 'table' && signatures.length > 1) throw invalid(label, 'has several signatures, which a table function has not');
  if (typeof description !== 'string' || description === '') throw invalid(label, "needs a 'description'");
  if (typeof sql !== 'string') throw invalid(label, "needs 'sql', the text that computes it");
}

function parseBody(text: string, columns: FunctionBody['columns'], label: string): FunctionBody {
  const place = { text, defaultSchema: 'main' };
  const body =
    columns === null ? { ...place, columns, tree: parseExpressionText(text) } : { ...place, columns, tree: parseQueryText(text, label) };
  refuseParameters(body.tree, label);
  return body;
}

function parseQueryText(text: string, label: string): Query {
  const statement = parseStatement(text);
  if (statement.kind === 'query-statement') return statement.query;
  throw invalid(label, 'is computed by a statement that is no query');
}

/** They would be those of the statement that calls the function. */
function refuseParameters(tree: Expression | Query, label: string): void {
  const pending: object[] = [tree];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const kind = 'kind' in node ? node.kind : null;
    if (kind === 'numbered-parameter' || kind === 'named-parameter') throw invalid(label, 'has $ in its text: arguments are read by name');
    for (const child of Object.values(node) as unknown[]) if (typeof child === 'object' && child !== null) pending.push(child);
  }
}

/** Binds a call for each signature, and compares what the function says of itself with what its text does. */
async function check(declared: DeclaredFunction, functions: FunctionSource): Promise<void> {
  const { definition, determinism } = declared;
  for (const text of probeCalls(declared)) {
    const bound = await bindWithReferences(parseStatement(text), probeContext(text, declared, functions));
    const root = bound.unruledRoot();
    const calls = (test: (name: string) => boolean): boolean =>
      root !== null && planHasPart(root, (part) => part.kind === 'call' && test(part.function));
    const isRandom = calls((name) => functionByName(name)?.deterministic === false);
    if (isRandom && determinism !== 'volatile') throw invalid(definition.name, `is ${determinism}, and its text is volatile`);
    if (determinism === 'immutable' && calls(isStatementTime)) throw invalid(definition.name, 'is immutable, and its text reads the clock');
  }
}

function probeContext(text: string, { parameters }: DeclaredFunction, functions: FunctionSource): BindContext {
  return {
    text,
    catalog: NO_TABLES,
    principal: { user: 'system' },
    schema: 'main',
    timeZone: 'UTC',
    startedAtUs: '0',
    parameters: parameters.map(() => null),
    functions,
    virtualRelation: () => Promise.resolve(null),
  };
}

const NO_TABLES: Catalog = {
  pinned: () => NO_TABLES,
  schemas: () => Promise.resolve(['main']),
  relations: () => Promise.resolve([]),
  resolve: () => Promise.resolve(null),
  history: () => Promise.resolve([]),
  metadataTable: () => Promise.reject(new PlatformError('CATALOG_UNKNOWN_TABLE', 'there are no tables here')),
};

async function refusing<Result>(label: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'SPI_INVALID_PLUGIN') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(label, `is refused: ${reason}`, error);
  }
}

function invalid(label: string, what: string, cause?: unknown): PlatformError {
  return new PlatformError('SPI_INVALID_PLUGIN', `The function ${label} ${what}.`, cause === undefined ? {} : { cause });
}
