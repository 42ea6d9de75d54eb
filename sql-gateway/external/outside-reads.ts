import {
  type BoundQuery,
  conjuncts,
  type ConnectorPlan,
  type EngineCapabilities,
  type ParameterValue,
  PlatformError,
  type PlanNode,
  type ScanNode,
  scansOf,
} from '../../spi/index.ts';
import { conjunction, mapPlanNodes, pruneColumns } from '../../sql/plan/index.ts';
import { brokenContract, connectorError } from './connector-error.ts';
import { type FetchedRows, type FetchParts, fetchRows, unlessAborted } from './fetch-rows.ts';
import type { RegisteredConnector } from './load-connectors.ts';
import { type OutsideRequest, outsideScans, requestsOf } from './outside-request.ts';
import type { OutsideSource } from './outside-source.ts';

/** The circumstances of one statement. */
export interface OutsideRun {
  readonly signal: AbortSignal;
  readonly parameters: readonly ParameterValue[];
  /** Called as rows come. */
  onRows(rowsRead: number): void;
}

/** The rows of outside tables that one statement reads. Each is fetched once, however many engines are tried. */
export interface OutsideReads {
  /** Returns the query as an engine gets it: itself where the engine reads the tables, else over fetched rows.
   *  @throws CONNECTOR_*, RESOURCE_OUTSIDE_ROWS, the signal's reason */
  localize(query: BoundQuery, capabilities: EngineCapabilities): Promise<BoundQuery>;
  /** Keeps the rows beyond the end of the statement, until the function returned is called. */
  retain(): () => Promise<void>;
  /** Ends the statement; the rows are removed when nobody else keeps them. */
  close(): Promise<void>;
}

/** What reads work with. */
export interface OutsideReadParts {
  readonly connectors: readonly RegisteredConnector[];
  readonly source: OutsideSource;
  readonly sink: FetchParts['sink'];
  /** Returns a schema of the warehouse. */
  schema(): Promise<string>;
  /** Units: bytes of Arrow frames that one statement may fetch. */
  readonly bytesMax: number;
}

/** Whether a query reads outside tables. */
export function readsOutside(query: Pick<BoundQuery, 'plan'>): boolean {
  return outsideScans(query.plan.root).length > 0;
}

/** Returns the outside catalog that all scans of a query are of; null when there is none or another table. */
export function onlyCatalogOf(query: Pick<BoundQuery, 'plan'>): string | null {
  const catalogs = new Set(scansOf(query.plan.root).map(({ table }) => table.catalog ?? null));
  const [catalog = null] = catalogs;
  return catalogs.size === 1 ? catalog : null;
}

/** Whether an engine reads the tables of a query itself. */
export function readsItself(query: Pick<BoundQuery, 'plan'>, { sources = [] }: Pick<EngineCapabilities, 'sources'>): boolean {
  if (sources.length === 0) return false;
  const catalog = onlyCatalogOf(query);
  return catalog !== null && sources.includes(catalog);
}

/** Opens the reads of one statement. */
export function openOutsideReads(parts: OutsideReadParts, run: OutsideRun): OutsideReads {
  return new StatementReads(parts, run);
}

/** A request with what its connector made of it. */
interface PlannedRequest {
  readonly entry: RegisteredConnector;
  readonly request: OutsideRequest;
  readonly plan: ConnectorPlan;
}

class StatementReads implements OutsideReads {
  readonly #parts: OutsideReadParts;
  readonly #run: OutsideRun;
  readonly #localized = new Map<BoundQuery, Promise<BoundQuery>>();
  readonly #kept: { readonly fetched: FetchedRows; readonly forget: () => void }[] = [];
  #holders = 1;
  #bytes = 0;
  #rows = 0;

  constructor(parts: OutsideReadParts, run: OutsideRun) {
    this.#parts = parts;
    this.#run = run;
  }

  localize(query: BoundQuery, capabilities: EngineCapabilities): Promise<BoundQuery> {
    if (!readsOutside(query) || readsItself(query, capabilities)) return Promise.resolve(query);
    const known = this.#localized.get(query);
    if (known !== undefined) return known;
    const localized = this.#fetchAll(query);
    this.#localized.set(query, localized);
    return localized;
  }

  retain(): () => Promise<void> {
    this.#holders += 1;
    return () => this.close();
  }

  async close(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    await Promise.allSettled(this.#localized.values());
    for (const { fetched, forget } of this.#kept.splice(0)) {
      forget();
      await fetched.remove();
    }
  }

  async #fetchAll(query: BoundQuery): Promise<BoundQuery> {
    const planned = await this.#planAll(query);
    try {
      const restricted = restrictScans(query, planned);
      const fetched = new Map<PlannedRequest, FetchedRows>();
      for (const one of planned) fetched.set(one, await this.#fetch(one, restricted));
      return { ...query, plan: { ...query.plan, root: withFiles(restricted, planned, fetched) } };
    } finally {
      await releaseAll(planned);
    }
  }

  async #planAll(query: BoundQuery): Promise<readonly PlannedRequest[]> {
    const requests = requestsOf(query.plan.root, this.#run.parameters);
    const settled = await Promise.allSettled(requests.map((request) => this.#planOne(request)));
    const planned = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = settled.find((result) => result.status === 'rejected');
    if (failed === undefined) return planned;
    await releaseAll(planned);
    throw failed.reason;
  }

  async #planOne(request: OutsideRequest): Promise<PlannedRequest> {
    const { catalog, schema, name } = request.table;
    const entry = this.#parts.connectors.find((one) => one.catalog === catalog);
    if (entry === undefined) throw new PlatformError('CATALOG_UNKNOWN_SCHEMA', `There is no catalog '${catalog}' any more.`);
    const { columns, filter, limit } = request;
    const pending = entry.connector.plan({ table: { schema, name }, columns, filter, limit });
    try {
      const plan = await unlessAborted(pending, this.#run.signal);
      checkPlan(catalog, request, plan);
      return { entry, request, plan };
    } catch (error) {
      void pending.then((plan) => entry.connector.release(plan)).catch(() => undefined);
      throw connectorError(catalog, error);
    }
  }

  async #fetch({ entry, request, plan }: PlannedRequest, root: PlanNode): Promise<FetchedRows> {
    const fieldIds = new Set(scansMarked(root, request).flatMap(({ columns }) => columns.map(({ fieldId }) => fieldId)));
    const columns = request.columns.filter(({ fieldId }) => fieldIds.has(fieldId));
    const { sink, source } = this.#parts;
    const { signal } = this.#run;
    const spend = (bytes: number, rows: number): void => {
      this.#spend(bytes, rows);
    };
    const fetched = await fetchRows({ entry, plan, columns }, { sink, schema: await this.#parts.schema(), signal, spend });
    this.#kept.push({ fetched, forget: source.add(fetched.splits) });
    return fetched;
  }

  #spend(bytes: number, rows: number): void {
    this.#bytes += bytes;
    this.#rows += rows;
    this.#run.onRows(this.#rows);
    const { bytesMax } = this.#parts;
    if (this.#bytes <= bytesMax) return;
    throw new PlatformError(
      'RESOURCE_OUTSIDE_ROWS',
      `The statement fetches more than ${String(bytesMax)} bytes of rows from outside tables.`,
      {
        hint: 'Ask for fewer rows or columns of them, or set limits.outsideBytesMax higher.',
        details: { bytesMax },
      },
    );
  }
}

/** @throws SPI_INVALID_PLUGIN */
function checkPlan(catalog: string, { filter, limit }: OutsideRequest, plan: ConnectorPlan): void {
  if (plan.filter.length !== filter.length) {
    throw brokenContract(catalog, `it says what becomes of ${String(plan.filter.length)} conditions of ${String(filter.length)}`);
  }
  if (plan.splits.length === 0) throw brokenContract(catalog, 'its plan has no split');
  if (!plan.limited) return;
  if (limit === null) throw brokenContract(catalog, 'it leaves out rows, and nobody asked for that');
  if (plan.filter.some((handling) => handling !== 'exact'))
    throw brokenContract(catalog, 'it leaves out rows before all conditions are met');
}

/** A failed release is no reason to fail a statement: what it fetched is whole. */
async function releaseAll(planned: readonly PlannedRequest[]): Promise<void> {
  await Promise.allSettled(planned.map(({ entry, plan }) => entry.connector.release(plan)));
}

/** Marks a scan with its request, until the files are known. */
const markOf = (request: OutsideRequest): string => `request:${String(request.scans[0]?.node.columns[0]?.id ?? 0)}`;

const scansMarked = (root: PlanNode, request: OutsideRequest): readonly ScanNode[] =>
  scansOf(root).filter(({ files }) => files?.[0] === markOf(request));

/** Leaves to each scan what its connector does not decide, and takes out the columns that nobody reads then. */
function restrictScans(query: BoundQuery, planned: readonly PlannedRequest[]): PlanNode {
  // A scan is known by its first column: ids are unique in the plan.
  const restrictions = new Map<number | undefined, (node: ScanNode) => ScanNode>();
  for (const { request, plan } of planned) {
    for (const { node: scan, positions } of request.scans) {
      const isExact = (index: number): boolean => {
        const position = positions[index] ?? null;
        return position !== null && plan.filter[position] === 'exact';
      };
      restrictions.set(scan.columns[0]?.id, (node) => {
        const left = conjuncts(node.filter).filter((_, index) => !isExact(index));
        return { ...node, filter: left.length === 0 ? null : conjunction(left), files: [markOf(request)] };
      });
    }
  }
  const restrict = (node: PlanNode): PlanNode => (node.kind === 'scan' ? (restrictions.get(node.columns[0]?.id)?.(node) ?? node) : node);
  const root = mapPlanNodes(query.plan.root, restrict);
  return pruneColumns(
    root,
    query.plan.output.map(({ id }) => id),
  );
}

function withFiles(root: PlanNode, planned: readonly PlannedRequest[], fetched: ReadonlyMap<PlannedRequest, FetchedRows>): PlanNode {
  return mapPlanNodes(root, (node) => {
    const one = node.kind === 'scan' ? planned.find(({ request }) => node.files?.[0] === markOf(request)) : undefined;
    const rows = one === undefined ? undefined : fetched.get(one);
    if (node.kind !== 'scan' || rows === undefined) return node;
    const columns = node.columns.map((column) => ({ ...column, ...rows.columns.get(column.fieldId) }));
    return { ...node, columns, files: rows.splits.map(({ uri }) => uri) };
  });
}

/** Opens the reads of a statement where no outside database is configured. */
export function openNothing(): OutsideReads {
  return { localize: (query) => Promise.resolve(query), retain: () => () => Promise.resolve(), close: () => Promise.resolve() };
}
