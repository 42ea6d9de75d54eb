/** A value as the kit holds it. By type: integer and bigint are bigint; real and double number; a decimal is its unscaled bigint; a date counts days,
 *  time and timestamps microseconds, both since 1970 and as bigint; varbinary is bytes; a list is an array; a struct is an array by position of its
 *  fields; a map is an array of pairs. */
export type Value = null | boolean | number | bigint | string | Uint8Array | IntervalValue | readonly Value[];

/** Units: months, days and microseconds, which do not turn into each other. */
export interface IntervalValue {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}
