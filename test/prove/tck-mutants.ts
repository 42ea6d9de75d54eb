import hello from '../../examples/hello-engine/index.ts';
import olap from '../../engines/olap/index.ts';
import type { EnginePlugin } from '../../spi/index.ts';
import { hasPassed, runKit } from '../../tck/index.ts';
import type { Check, Proof } from './proof.ts';
import { FAULTY_ENGINES } from './tck-mutants/faulty-engines.ts';

/** Small pools: the kit asks for one thing at a time. */
const CONFIGS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  olap: { spares: 1, processesMax: 2 },
  hello: { batchRows: 100 },
};

const configOf = (plugin: EnginePlugin) => CONFIGS[plugin.name] ?? {};

/** Whether the kit catches engines that break a promise, each by the check meant for it, and finds nothing wrong with right ones. */
export const proof: Proof = {
  name: 'tck-mutants',
  summary: 'engine-tck catches 14 faulty engines, each by the check meant for it, and passes right ones',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const checks: Check[] = [];
    const meant = [...new Set(FAULTY_ENGINES.map(({ check }) => check))];
    for (const plugin of [olap, hello]) {
      const report = await runKit({
        module: plugin,
        config: configOf(plugin),
        level: 3,
        quick: true,
        seed,
        ...(quick ? { only: meant } : {}),
      });
      const failed = report.checks.filter(({ status }) => status === 'failed').map(({ id }) => id);
      log(`${plugin.name}: ${failed.length === 0 ? 'passes' : `FAILS ${failed.join(', ')}`}`);
      checks.push({
        id: `right-${plugin.name}`,
        value: failed.join(', ') || 'passes',
        unit: '',
        target: 'passes',
        pass: hasPassed(report),
      });
    }
    for (const { id, check, plugin } of FAULTY_ENGINES) {
      const report = await runKit({ module: plugin, config: configOf(plugin), level: 3, quick: true, seed, only: [check] });
      const caught = report.checks.some((one) => one.id === check && one.status === 'failed');
      log(`${id}: ${caught ? `caught by ${check}` : 'NOT caught'}`);
      checks.push({ id, value: caught, unit: '', target: `caught by ${check}`, pass: caught, note: report.checks[0]?.findings[0]?.seen });
    }
    return checks;
  },
};
