import { checkPlugin, loadPlugin, validateConfig } from '../../sql-gateway/engine/index.ts';
import { type EngineCapabilities, PLAN_VERSION, type PlanFeature } from '../../spi/index.ts';
import { FUNCTIONS } from '../../sql/functions/index.ts';
import type { Check, CheckContext, CheckOutcome } from '../check/check.ts';
import { Findings } from '../check/findings.ts';
import { describeError } from '../run/ask-engine.ts';
import { startEngine } from '../run/start-engine.ts';

const GUIDE = 'docs/plugin-author-guide.md';

/** All parts of the algebra; the type checks that none is missing. */
const FEATURES: Readonly<Record<PlanFeature, true>> = {
  scan: true,
  values: true,
  table_function: true,
  unnest: true,
  project: true,
  filter: true,
  join: true,
  aggregate: true,
  window: true,
  sort: true,
  limit: true,
  distinct: true,
  set_operation: true,
  with: true,
  cte_scan: true,
  'join:inner': true,
  'join:left': true,
  'join:right': true,
  'join:full': true,
  'join:cross': true,
  'join:semi': true,
  'join:anti': true,
  'join:asof_inner': true,
  'join:asof_left': true,
  'join:lateral': true,
  'scan:deletes': true,
  'scan:place': true,
  'scan:lineage': true,
  'type:timestamp_ns': true,
  'aggregate:grouping_sets': true,
  'aggregate:distinct': true,
  'aggregate:filter': true,
  'with:recursive': true,
  subquery: true,
  parameter: true,
  lambda: true,
};

/** Checks of what a plugin says about itself. */
export const PLUGIN_CHECKS: readonly Check[] = [
  {
    id: 'shape.module',
    level: 1,
    title: 'The module has a default export with name, version, SPI range, configuration schema and create()',
    readOn: `${GUIDE}#1-the-plugin-name-version-configuration`,
    run: checkModule,
  },
  {
    id: 'shape.config',
    level: 1,
    title: 'The configuration is described, its defaults are valid, and an unknown key is refused',
    readOn: `${GUIDE}#1-the-plugin-name-version-configuration`,
    run: checkConfig,
  },
  {
    id: 'shape.capabilities',
    level: 1,
    title: 'Capabilities name statements, features and functions of the contract, and nothing else',
    readOn: `${GUIDE}#2-declaring-what-is-not-declared-is-never-sent`,
    run: ({ shared }) => Promise.resolve(checkDeclaration(shared.engine.capabilities)),
  },
];

async function checkModule({ subject, plugin }: CheckContext): Promise<CheckOutcome> {
  const findings = new Findings();
  try {
    const loaded = typeof subject.module === 'string' ? await loadPlugin(subject.module) : checkPlugin(subject.module, plugin.name);
    findings.expect(loaded.name === plugin.name, 'the default export', `the same plugin at each load, '${plugin.name}'`, loaded.name);
  } catch (error) {
    findings.expect(false, 'the default export', 'a plugin for this SPI', describeError(error).message);
  }
  return findings.outcome(`${plugin.name} ${plugin.version}, SPI ${plugin.spi}`);
}

async function checkConfig({ subject, plugin, world }: CheckContext): Promise<CheckOutcome> {
  const findings = new Findings();
  for (const [key, { description }] of Object.entries(plugin.configSchema.properties)) {
    findings.expect(description.trim() !== '', `key '${key}'`, 'a description for people', 'an empty one');
  }
  try {
    validateConfig(`engine '${plugin.name}'`, subject.config, plugin.configSchema);
    findings.expect(true, 'the configuration', 'valid', 'valid');
  } catch (error) {
    findings.expect(false, 'the defaults', 'values of the declared types', describeError(error).message);
  }
  let seen = 'the engine was started';
  try {
    await (await startEngine({ module: plugin, config: { ...subject.config, noSuchKeyOfTheKit: 1 } }, world)).close();
  } catch (error) {
    seen = describeError(error).code ?? describeError(error).message;
  }
  findings.expect(seen === 'CONFIG_INVALID', 'an unknown key', 'CONFIG_INVALID before create() is called', seen);
  return findings.outcome();
}

function checkDeclaration(capabilities: EngineCapabilities): CheckOutcome {
  const { statements, planVersion, features, functions, elapsedMsMin = 0 } = capabilities;
  const findings = new Findings();
  const unknown = (given: readonly string[], known: (name: string) => boolean): string => given.filter((name) => !known(name)).join(', ');
  const none = (what: string, names: string): boolean => findings.expect(names === '', what, 'only names of the contract', names);
  none(
    'statements',
    unknown(statements, (name) => ['query', 'write', 'view'].includes(name)),
  );
  none(
    'features',
    unknown(features, (name) => Object.hasOwn(FEATURES, name)),
  );
  const catalogue = new Set(FUNCTIONS.map(({ name }) => name));
  if (functions !== 'all')
    none(
      'functions',
      unknown(functions, (name) => catalogue.has(name)),
    );
  findings.expect(
    Number.isInteger(planVersion) && planVersion >= 1 && planVersion <= PLAN_VERSION,
    'planVersion',
    `a plan version up to ${String(PLAN_VERSION)}`,
    String(planVersion),
  );
  findings.expect(elapsedMsMin >= 0, 'elapsedMsMin', 'no negative time', String(elapsedMsMin));
  for (const feature of features) {
    const [whole = ''] = feature.split(':');
    findings.expect(
      !Object.hasOwn(FEATURES, whole) || features.includes(whole as PlanFeature),
      `'${feature}'`,
      `'${whole}' declared too: without it no plan gets there`,
      'missing',
    );
  }
  return findings.outcome(
    `${String(features.length)} features, ${functions === 'all' ? 'all' : String(functions.length)} functions, ${statements.join(' and ')}`,
  );
}
