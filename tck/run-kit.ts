import type { EnginePlugin } from '../spi/index.ts';
import { loadPlugin } from '../sql-gateway/engine/index.ts';
import { CHECKS } from './checks.ts';
import type { Check, CheckContext, CheckOutcome, Level } from './check/check.ts';
import type { CheckReport, KitReport } from './report/report.ts';
import { describeError } from './run/ask-engine.ts';
import { startEngine, type Subject } from './run/start-engine.ts';
import { openWorld, type World } from './world/open-world.ts';

/** How a run is asked for. */
export interface KitOptions extends Subject {
  /** Checks up to this level. */
  readonly level: Level;
  /** Smaller inputs and fewer random plans; never weaker checks. */
  readonly quick: boolean;
  /** Every random choice comes from this number. */
  readonly seed: number;
  /** Only checks whose id starts with one of these; all for none. */
  readonly only?: readonly string[];
  /** Is told of each check as it ends. */
  readonly onCheck?: (report: CheckReport) => void;
}

/** Runs the kit's checks over an engine.
 *  Guarantees: whatever the engine does becomes part of the report; what the kit started is closed.
 *  @throws STORAGE_* when the kit's own warehouse cannot be made */
export async function runKit(options: KitOptions): Promise<KitReport> {
  const startedAt = new Date().toISOString();
  const chosen = CHECKS.filter(
    ({ id, level }) => level <= options.level && (options.only === undefined || options.only.some((part) => id.startsWith(part))),
  );
  let plugin: EnginePlugin;
  try {
    plugin = typeof options.module === 'string' ? await loadPlugin(options.module) : options.module;
  } catch (error) {
    return notStarted(options, startedAt, error);
  }
  const world = await openWorld();
  try {
    return { ...headOf(options, plugin), startedAt, checks: await runChecks(chosen, options, plugin, world) };
  } catch (error) {
    return { ...notStarted(options, startedAt, error), ...headOf(options, plugin) };
  } finally {
    await world.close();
  }
}

async function runChecks(
  chosen: readonly Check[],
  options: KitOptions,
  plugin: EnginePlugin,
  world: World,
): Promise<readonly CheckReport[]> {
  const shared = await startEngine(options, world);
  const reports: CheckReport[] = [];
  try {
    const { module, config, quick, seed } = options;
    const context: CheckContext = {
      subject: { module, config },
      plugin,
      world,
      shared,
      start: () => startEngine({ module, config }, world),
      quick,
      seed,
    };
    for (const check of chosen) {
      const report = await runCheck(check, context);
      reports.push(report);
      options.onCheck?.(report);
    }
  } finally {
    await shared.close();
  }
  return reports;
}

async function runCheck(check: Check, context: CheckContext): Promise<CheckReport> {
  const { id, level, title, readOn } = check;
  const startedAtMs = Date.now();
  let outcome: CheckOutcome;
  try {
    outcome = await check.run(context);
  } catch (error) {
    const { code, message } = describeError(error);
    const findings = [
      { where: 'the check as a whole', expected: 'no error outside of a query', seen: `${code ?? 'an error without a code'}: ${message}` },
    ];
    outcome = { status: 'failed', cases: 1, findings, note: null };
  }
  return { id, level, title, readOn, ...outcome, elapsedMs: Date.now() - startedAtMs };
}

function headOf({ level, quick, seed }: KitOptions, { name, version, spi }: EnginePlugin): Omit<KitReport, 'startedAt' | 'checks'> {
  return { engine: name, version, spi, level, quick, seed };
}

/** Without an engine there is one thing to say. */
function notStarted({ module, level, quick, seed }: KitOptions, startedAt: string, error: unknown): KitReport {
  const { code, message } = describeError(error);
  const engine = typeof module === 'string' ? module : module.name;
  const finding = { where: engine, expected: 'an engine that starts', seen: `${code ?? 'an error without a code'}: ${message}` };
  const check: CheckReport = {
    id: 'shape.start',
    level: 1,
    title: 'The module is a plugin of this SPI, and its engine starts',
    readOn: 'docs/plugin-author-guide.md#1-the-plugin-name-version-configuration',
    status: 'failed',
    cases: 1,
    findings: [finding],
    note: null,
    elapsedMs: 0,
  };
  return { engine, version: '', spi: '', level, quick, seed, startedAt, checks: [check] };
}
