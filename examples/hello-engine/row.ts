import { type DataType, PlatformError } from '../../spi/index.ts';

/** A value: `integer` and `double` are numbers, `bigint` is a bigint. */
export type Value = null | boolean | number | bigint | string;

/** A row: values by column id, which is unique in a plan. */
export type Row = ReadonlyMap<number, Value>;

const KINDS: ReadonlySet<DataType['kind']> = new Set(['boolean', 'integer', 'bigint', 'double', 'varchar']);

/** Lets only types pass that the engine has values for.
 *  @throws ENGINE_UNSUPPORTED */
export function checkType(type: DataType): void {
  if (!KINDS.has(type.kind)) throw new PlatformError('ENGINE_UNSUPPORTED', `values of type ${type.kind} are not supported`);
}
