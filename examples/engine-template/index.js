// A small engine: it reads tables by way of the host, filters, and hands out columns and constants. Make it yours.
import { checkCapabilities, PLAN_VERSION, PlatformError, scansOf } from 'trivium/spi';
import { arrowType, encodeFrames, unsupported } from './encode-frames.js';
import { readSplits } from './read-splits.js';

/** What is not declared here is never sent to the engine; what is declared must work: `npm test` finds out. */
const CAPABILITIES = {
  statements: ['query'],
  planVersion: PLAN_VERSION,
  features: ['scan', 'scan:deletes', 'values', 'filter', 'project', 'limit'],
  functions: ['is_null'],
};

/** Turns an expression into a function of a row, which is a map from column id to value. NULL is a value of every type. */
function compileExpression(expression) {
  arrowType(expression.type);
  if (expression.kind === 'column') return (row) => row.get(expression.id) ?? null;
  if (expression.kind === 'literal') {
    const { value, type } = expression;
    if (value === null || typeof value === 'boolean' || type.kind === 'varchar') return () => value;
    return type.kind === 'bigint' ? () => BigInt(value) : () => Number(value);
  }
  if (expression.kind !== 'call') throw unsupported(`an expression of kind ${expression.kind}`);
  if (expression.function !== 'is_null') throw unsupported(`the function ${expression.function}`);
  const [argument] = expression.arguments.map(compileExpression);
  return (row) => argument(row) === null;
}

/** The host knows which files the pinned snapshot has; `residual` is what is left of the filter for the rows. */
function compileScan(node, tables) {
  for (const { type } of node.columns) arrowType(type);
  if (node.filter !== null) compileExpression(node.filter);
  return async function* (run) {
    const { splits, residual } = await tables.plan(node);
    const keeps = residual === null ? () => true : compileExpression(residual);
    for await (const row of readSplits(tables, splits, node.columns, run)) if (keeps(row) === true) yield row;
  };
}

/** Turns a plan into a generator of rows. Rows are pulled: whoever stops pulling stops everything below. */
function compilePlan(node, tables) {
  if (node.kind === 'scan') return compileScan(node, tables);
  if (node.kind === 'values') {
    const rows = node.rows.map((row) => row.map(compileExpression));
    return async function* () {
      for (const row of rows) yield new Map(node.columns.map(({ id }, index) => [id, row[index](new Map())]));
    };
  }
  if (!['filter', 'project', 'limit'].includes(node.kind)) throw unsupported(`a plan node of kind ${node.kind}`);
  const input = compilePlan(node.input, tables);
  if (node.kind === 'filter') {
    const keeps = compileExpression(node.predicate);
    return async function* (run) {
      for await (const row of input(run)) if (keeps(row) === true) yield row;
    };
  }
  if (node.kind === 'project') {
    const columns = node.columns.map(({ id, expression }) => [id, compileExpression(expression)]);
    return async function* (run) {
      for await (const row of input(run)) yield new Map(columns.map(([id, compute]) => [id, compute(row)]));
    };
  }
  const count = (expression, otherwise) => (expression === null ? otherwise : Number(compileExpression(expression)(new Map())));
  const [offset, limit] = [count(node.offset, 0), count(node.limit, Infinity)];
  return async function* (run) {
    let seen = 0;
    if (limit === 0) return;
    for await (const row of input(run)) {
      seen += 1;
      if (seen > offset) yield row;
      if (seen >= offset + limit) return;
    }
  };
}

function createEngine({ tables }) {
  let leaving = false;
  const leave = () => Promise.resolve(void (leaving = true));
  const refusalOf = (query) => {
    if (leaving) return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' };
    const undeclared = checkCapabilities(query, 'query', CAPABILITIES);
    if (undeclared !== null) return undeclared;
    try {
      compilePlan(query.plan.root, tables);
      for (const { type } of query.plan.output) arrowType(type);
      return null;
    } catch (error) {
      const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
      return { kind: 'refusal', code, reason: message };
    }
  };
  return {
    capabilities: CAPABILITIES,
    estimate: async (query) => {
      const refusal = refusalOf(query);
      if (refusal !== null) return refusal;
      let rows = 1;
      for (const scan of scansOf(query.plan.root)) rows += (await tables.plan(scan)).rows;
      return { kind: 'estimate', rows, cpuMs: rows * 0.002, startupMs: 0, confidence: 0.3 };
    },
    prepare: async (query) => {
      const refusal = refusalOf(query);
      if (refusal !== null) throw new PlatformError(refusal.code, refusal.reason);
      const { output, root } = query.plan;
      return { columns: output, execute: (run) => ({ frames: encodeFrames(output, compilePlan(root, tables)(run)) }), close: async () => {} };
    },
    write: () => Promise.reject(unsupported('writing')),
    health: async () => ({ ready: !leaving, details: {} }),
    drain: leave,
    close: leave,
  };
}

export default {
  name: 'mine',
  version: '0.1.0',
  spi: '^1.0.0',
  configSchema: { type: 'object', properties: {} },
  create: async (_config, host) => createEngine(host),
};
