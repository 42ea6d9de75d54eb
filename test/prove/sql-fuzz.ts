import { SALES_TABLES } from '../support/sales-tables.ts';
import { ACCEPTED_STATEMENTS } from '../unit/sql/parse/accepted-statements.ts';
import { readCorpus, readSchema } from './corpora/corpus.ts';
import type { Check, Proof } from './proof.ts';
import { FUZZ_KINDS, FuzzInputs } from './sql-fuzz/fuzz-inputs.ts';
import { type FuzzRun, HEAP_MIB_MAX, runInputs, STEP_CPU_MS_MAX } from './sql-fuzz/run-inputs.ts';
import { SEEDED_FAULTS, type SeededFault } from './sql-fuzz/seeded-faults.ts';

const FAULTS = Object.keys(SEEDED_FAULTS) as SeededFault[];
const FAILURES_MAX = 20;
const SHOWN_LENGTH_MAX = 400;
/** Longest time in which a seeded fault must be seen. Units: milliseconds. */
const FAULT_MS = 20_000;
/** An idle machine runs a hundred times as many. */
const INPUTS_PER_SECOND_MIN = 2;

/** Whether any text at all can do harm to the front end. */
export const proof: Proof = {
  name: 'sql-fuzz',
  summary:
    'statements by productions, mutated, nested, huge and arbitrary text through parse, format, bind, plan and print: no crash, no hang, no overflow',
  async run({ quick, seed, log }) {
    const statements = [
      ...Object.values(ACCEPTED_STATEMENTS).flat(),
      ...readCorpus('tpch').map(({ sql }) => sql),
      ...readCorpus('tpcds').map(({ sql }) => sql),
    ];
    const tables = [...SALES_TABLES, ...readSchema('tpch'), ...readSchema('tpcds')];
    const inputs = new FuzzInputs(seed, statements);
    const seconds = quick ? 30 : 600;
    const run = await runInputs({ seed, statements, tables, fault: null, runMs: seconds * 1000 }, FAILURES_MAX);
    for (const { index, message } of run.failures) {
      const { kind, text } = inputs.at(index);
      const shown = JSON.stringify(text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}...`);
      log(`seed ${String(seed)}, input ${String(index)} (${kind}, ${String(text.length)} characters): ${message}\n  ${shown}`);
    }
    const caught: string[] = [];
    for (const fault of FAULTS) {
      const faulty = await runInputs({ seed, statements, tables, fault, runMs: FAULT_MS }, 1);
      const [first] = faulty.failures;
      log(`${fault}: ${first === undefined ? 'not seen' : `input ${String(first.index)}: ${first.message.split('\n', 1)[0] ?? ''}`}`);
      if (first !== undefined && SEEDED_FAULTS[fault].test(first.message)) caught.push(fault);
    }
    return [...runChecks(run, seconds, seed), faultCheck(caught)];
  },
};

function runChecks(run: FuzzRun, seconds: number, seed: number): Check[] {
  const limits = `one step within ${String(STEP_CPU_MS_MAX)} ms of processor time, ${String(HEAP_MIB_MAX)} MiB of heap, 1 MiB of stack`;
  const unhandled = run.failures.map(({ index }) => String(index)).join(' ');
  return [
    {
      id: 'unhandled-inputs',
      value: run.failures.length,
      unit: 'inputs',
      target: '0',
      pass: run.failures.length === 0,
      note: `seed ${String(seed)}; ${limits}${unhandled === '' ? '' : `; inputs ${unhandled}`}`,
    },
    {
      id: 'inputs-run',
      value: run.inputs,
      unit: 'inputs',
      target: `>= ${String(seconds * INPUTS_PER_SECOND_MIN)}`,
      pass: run.inputs >= seconds * INPUTS_PER_SECOND_MIN,
      note: Object.entries(run.counts)
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([key, count]) => `${key} ${String(count)}`)
        .join(', '),
    },
    reachCheck(run),
  ];
}

/** Inputs that all end in the lexer would show nothing about the binder. */
function reachCheck({ counts }: FuzzRun): Check {
  const reached = FUZZ_KINDS.filter((kind) => Object.keys(counts).some((key) => key === `${kind}: printed`));
  const all = ['productions', 'tokens', 'deep', 'huge-token'];
  return {
    id: 'kinds-that-reach-the-printer',
    value: reached.length,
    unit: 'kinds',
    target: `at least ${all.join(', ')}`,
    pass: all.every((kind) => reached.some((other) => other === kind)),
    note: reached.join(', '),
  };
}

function faultCheck(caught: readonly string[]): Check {
  return {
    id: 'seeded-faults-caught',
    value: caught.length,
    unit: 'faults',
    target: `${String(FAULTS.length)} of ${String(FAULTS.length)}`,
    pass: caught.length === FAULTS.length,
    note: FAULTS.map((fault) => `${fault}: ${caught.includes(fault) ? 'caught' : 'MISSED'}`).join(', '),
  };
}
