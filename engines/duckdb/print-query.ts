import { assert, type PlanNode, type ScanNode, walkPlan } from '../../spi/index.ts';
import type { StatementParameter } from '../../runtime/duckdb/index.ts';
import { printDuckdb } from '../../sql/print/index.ts';
import type { QueryMessage, ScanInput } from './query-message.ts';
import { scanSource } from './scan-source.ts';

/** A statement ready for DuckDB. */
export interface ReadyStatement {
  readonly sql: string;
  readonly parameters: readonly StatementParameter[];
}

/** Prints the plan of a message over the files that it names.
 *  @throws ENGINE_UNSUPPORTED, SQL_TOO_DEEP, SQL_INVALID_VALUE */
export function printQuery(message: QueryMessage): ReadyStatement {
  const inputs = scanInputs(message);
  const inputOf = (node: ScanNode): ScanInput => {
    const input = inputs.get(node);
    assert(input !== undefined, 'a scan of the plan has its input');
    return input;
  };
  let scans = 0;
  const printed = printDuckdb(message.plan, {
    session: message.session,
    scan: (node) => scanSource(node, inputOf(node), `t${String((scans += 1))}`),
    residual: (node) => inputOf(node).residual,
  });
  const parameters = printed.parameterSlots.map((slot) => {
    const parameter = message.parameters[slot];
    assert(parameter !== undefined, 'a parameter slot of the plan has a value');
    return parameter;
  });
  return { sql: printed.sql, parameters };
}

function scanInputs(message: QueryMessage): ReadonlyMap<PlanNode, ScanInput> {
  const inputs = new Map<PlanNode, ScanInput>();
  let position = 0;
  walkPlan(message.plan.root, {
    node: (node) => {
      if (node.kind !== 'scan') return;
      const input = message.scans[position];
      assert(input !== undefined, 'a message has an input for every scan');
      inputs.set(node, input);
      position += 1;
    },
  });
  return inputs;
}
