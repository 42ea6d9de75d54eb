import type { Connector, ConnectorPlugin, Logger } from '../../spi/index.ts';
import { loadConnectorPlugin, validateConfig } from '../../sql-gateway/engine/index.ts';
import type { CheckOutcome } from '../check/check.ts';
import type { CheckReport, KitReport } from '../report/report.ts';
import { describeError } from '../run/ask-engine.ts';
import { CONDUCT_CHECKS } from './conduct-checks.ts';
import { type ConnectorCheck, READ_ON } from './connector-check.ts';
import type { ConnectorFixture } from './connector-fixture.ts';
import { fixtureSources } from './fixture-sources.ts';
import { READ_CHECKS } from './read-checks.ts';
import { SHAPE_CHECKS } from './shape-checks.ts';
import { SINK_CHECKS } from './sink-checks.ts';
import { type ConnectorSubject, knownTable } from './subject.ts';

/** Every check of connectors, in the order in which they run. */
export const CONNECTOR_CHECKS: readonly ConnectorCheck[] = [...SHAPE_CHECKS, ...READ_CHECKS, ...CONDUCT_CHECKS, ...SINK_CHECKS];

/** What is tested. */
export interface ConnectorKitOptions {
  /** The plugin, or its module: a package, a path or a file URL. */
  readonly module: string | ConnectorPlugin;
  /** Makes the database that the checks read. */
  readonly fixture: ConnectorFixture;
  /** Only checks whose id starts with one of these; all for none. */
  readonly only?: readonly string[];
  /** Is told of each check as it ends. */
  readonly onCheck?: (report: CheckReport) => void;
}

/** Units: milliseconds that one check may take. */
const CHECK_MS_MAX = 60_000;

/** Runs the checks over a connector.
 *  Guarantees: whatever the connector does becomes part of the report; the database is removed.
 *  @throws what loading the plugin throws, and making the database */
export async function runConnectorKit(options: ConnectorKitOptions): Promise<KitReport> {
  const startedAt = new Date().toISOString();
  const plugin = typeof options.module === 'string' ? await loadConnectorPlugin(options.module) : options.module;
  const sources = fixtureSources();
  const database = await options.fixture(sources);
  const start = (): Promise<Connector> =>
    plugin.create(validateConfig(`connector '${plugin.name}'`, database.config, plugin.configSchema), { catalog: 'tck', log: SILENT });
  const checks: CheckReport[] = [];
  try {
    const connector = await start();
    const { schema, leftOut } = database;
    const subject: ConnectorSubject = {
      connector,
      schema,
      leftOut,
      start,
      table: (name) => {
        const source = sources.find((candidate) => candidate.name === name) ?? { name, columns: [], rows: [] };
        return knownTable(connector, schema, source, leftOut);
      },
    };
    for (const check of CONNECTOR_CHECKS.filter(({ id }) => options.only?.some((part) => id.startsWith(part)) ?? true)) {
      const report = await runCheck(check, subject);
      checks.push(report);
      options.onCheck?.(report);
    }
    await connector.close();
  } finally {
    await database.remove();
  }
  return { engine: plugin.name, version: plugin.version, spi: plugin.spi, level: 3, quick: false, seed: 1, startedAt, checks };
}

async function runCheck(check: ConnectorCheck, subject: ConnectorSubject): Promise<CheckReport> {
  const { id, title } = check;
  const startedAtMs = Date.now();
  const outcome = await withinTime(check.run(subject)).catch((error: unknown): CheckOutcome => {
    const { code, message } = describeError(error);
    const finding = { where: 'the check as a whole', expected: 'no error', seen: `${code ?? 'an error without a code'}: ${message}` };
    return { status: 'failed', cases: 1, findings: [finding], note: null };
  });
  return { id, level: 1, title, readOn: READ_ON, ...outcome, elapsedMs: Date.now() - startedAtMs };
}

/** A connector that does not come back fails its check. */
async function withinTime(running: Promise<CheckOutcome>): Promise<CheckOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<CheckOutcome>((resolve) => {
    timer = setTimeout(() => {
      const finding = { where: 'the check as a whole', expected: `an end within ${String(CHECK_MS_MAX)} ms`, seen: 'none' };
      resolve({ status: 'failed', cases: 1, findings: [finding], note: null });
    }, CHECK_MS_MAX);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

const ignore = (): void => undefined;
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
