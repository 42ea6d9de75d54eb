import type { DataType, Expression, SessionSettings } from '../../spi/index.ts';

/** What a scalar function's form may look at beside the printed arguments. */
export interface CallSite {
  readonly arguments: readonly Expression[];
  /** Types of the arguments. */
  readonly types: readonly DataType[];
  readonly session: SessionSettings;
}

/** Writes a call of a scalar function from its printed arguments; the text stands by itself. */
export type ScalarForm = (args: readonly string[], site: CallSite) => string;
