import { hash } from 'node:crypto';
import type { DataType, LogicalPlan } from '../../spi/index.ts';
import { MeaningWriter } from './meaning-writer.ts';
import { writePlan } from './write-plan.ts';
import { writeType } from './write-type.ts';

const HEX_DIGITS = 32;
/** Grows when the bytes of an equal plan change. */
const FORM = 2;
/** One plan is written at a time. */
const writer = new MeaningWriter();

/** Returns a hash of what a plan means: equal for plans that differ only in column ids, internal names, snapshots and parameter values.
 *  Shape: 32 hexadecimal digits, the first half of a SHA-256.
 *  `timeZone` belongs to the meaning, for conversions between instants and wall clocks use it. */
export function fingerprint(plan: LogicalPlan, parameters: readonly DataType[], timeZone: string): string {
  writer.reset();
  writer.number(FORM);
  writer.number(plan.version);
  writePlan(writer, plan.root);
  writer.number(plan.output.length);
  for (const { id, name, type } of plan.output) {
    writer.id(id);
    writer.text(name);
    writeType(writer, type);
  }
  writer.number(parameters.length);
  for (const type of parameters) writeType(writer, type);
  writer.text(timeZone);
  return hash('sha256', writer.bytes(), 'hex').slice(0, HEX_DIGITS);
}
