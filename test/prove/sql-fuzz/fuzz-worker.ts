import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../../spi/index.ts';
import { catalogOf } from '../../support/bind-text.ts';
import { runFrontEnd } from './front-end.ts';
import { FuzzInputs } from './fuzz-inputs.ts';
import { type FuzzTask, FuzzProgress } from './fuzz-task.ts';
import { seedFault } from './seeded-faults.ts';

const { seed, statements, tables, from, fault, shared, runMs } = workerData as FuzzTask;
const port = parentPort;
assert(port !== null, 'this runs on a worker thread');
if (fault !== null) seedFault(fault);
const progress = new FuzzProgress(shared);
const inputs = new FuzzInputs(seed, statements);
const catalog = await catalogOf(tables);

const endsAtMs = Date.now() + runMs;
for (let index = from; Date.now() < endsAtMs; index++) {
  const { kind, text } = inputs.at(index);
  progress.start(index);
  try {
    const outcome = await runFrontEnd(text, catalog, (step) => {
      progress.begin(step);
    });
    port.postMessage({ kind: 'outcome', key: `${kind}: ${outcome}` });
  } catch (error) {
    const message =
      error instanceof Error
        ? `${error.name}: ${error.message.slice(0, 300)}\n${(error.stack ?? '').split('\n').slice(1, 8).join('\n')}`
        : String(error);
    port.postMessage({ kind: 'failure', index, message });
  }
}
progress.rest();
