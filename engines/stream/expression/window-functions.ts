import type { CallExpression } from '../../../spi/index.ts';
import { checkInt64, type ExactInteger } from './exact-integer.ts';
import { type CallCompiler, operand, unsupported } from './expression-compiler.ts';

/** Returns the width of the windows of `tumble_start` or `tumble_end`. Units: microseconds.
 *  @throws ENGINE_UNSUPPORTED for a width that is no positive constant */
export function windowSizeUs(call: CallExpression): bigint {
  const size = operand(call, 1);
  const sizeUs = size.kind === 'literal' && typeof size.value === 'string' ? BigInt(size.value) : 0n;
  if (sizeUs <= 0n) throw unsupported(`'${call.function}' with a width that is not a positive constant`);
  return sizeUs;
}

/** Returns the window that holds an instant, by its start. */
function floorTo(micros: bigint, sizeUs: bigint): bigint {
  const rest = micros % sizeUs;
  return rest < 0n ? micros - rest - sizeUs : micros - rest;
}

const windowEdge =
  (edge: 'start' | 'end'): CallCompiler =>
  (compiler, call) => {
    const instant = operand(call, 0);
    if (instant.type.kind !== 'timestamp' && instant.type.kind !== 'timestamptz') {
      throw unsupported(`'${call.function}' of type ${instant.type.kind}`);
    }
    const sizeUs = windowSizeUs(call);
    const shiftUs = edge === 'end' ? sizeUs : 0n;
    const { writer } = compiler;
    const slow = writer.fixed((micros: ExactInteger) => checkInt64(floorTo(BigInt(micros), sizeUs) + shiftUs));
    const size = writer.fixed(Number(sizeUs));
    const shift = writer.fixed(Number(shiftUs));
    const bound = writer.fixed(sizeUs <= BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER - 2 * Number(sizeUs) : -1);
    return compiler.strict(
      [instant],
      call.type,
      // Within the bound everything is a safe integer, so the quotient is rounded to the right side.
      (value = '') =>
        `typeof ${value} === 'number' && ${value} <= ${bound} && ${value} >= -${bound} ? Math.floor(${value} / ${size}) * ${size} + ${shift} : ${slow}(${value})`,
    );
  };

/** Edges of tumbling windows, which are aligned at 1970-01-01 00:00 UTC. */
export const WINDOW_FUNCTIONS: Readonly<Record<string, CallCompiler>> = {
  tumble_start: windowEdge('start'),
  tumble_end: windowEdge('end'),
};
