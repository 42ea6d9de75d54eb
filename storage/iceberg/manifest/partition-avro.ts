import type { DataType, Field, PartitionSpec } from '../../../spi/index.ts';
import { PlatformError } from '../../../spi/index.ts';
import { avroName, optionalField } from '../avro/avro-schema.ts';
import type { AvroRecord, AvroValue } from '../avro/avro-value.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import { transformResultType } from '../transform/apply-transform.ts';
import type { ColumnValue } from '../value/column-value.ts';
import { bytesToUnscaled, decimalBytes, unscaledToFixed } from '../value/value-bytes.ts';

/** A partition tuple: one value per field of the spec, null for NULL. */
export type PartitionValues = readonly (ColumnValue | null)[];

/** Returns the types of a spec's partition values, in the order of its fields; of two columns with one id the last counts.
 *  @throws STORAGE_UNSUPPORTED when a source column is not among the fields (dropped, or inside a struct). */
export function partitionTypes(spec: PartitionSpec, fields: readonly Field[]): readonly DataType[] {
  return spec.fields.map((part) => {
    const source = fields.findLast((field) => field.id === part.sourceId);
    if (source === undefined && part.transform.kind === 'void') return { kind: 'integer' };
    if (source === undefined) {
      throw new PlatformError('STORAGE_UNSUPPORTED', `The partition field ${part.name} is made of a column that the schema does not have.`);
    }
    return transformResultType(part.transform, source.type);
  });
}

/** Returns the Avro record of a spec's partition tuples.
 *  @see Iceberg spec, Appendix A, "Avro" */
export function partitionAvroSchema(spec: PartitionSpec, types: readonly DataType[]): JsonObject {
  return {
    type: 'record',
    name: 'r102',
    fields: spec.fields.map((part, index) => {
      const type = types[index] ?? { kind: 'null' };
      const day = part.transform.kind === 'day' ? { type: 'int', logicalType: 'date' } : null;
      return optionalField(part.fieldId, avroName(part.name), day ?? avroTypeOf(type, part.fieldId));
    }),
  };
}

function avroTypeOf(type: DataType, fieldId: number): JsonValue {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'integer':
      return 'int';
    case 'bigint':
      return 'long';
    case 'real':
      return 'float';
    case 'double':
      return 'double';
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'time':
      return { type: 'long', logicalType: 'time-micros' };
    case 'timestamp':
    case 'timestamptz':
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': type.kind === 'timestamptz' };
    case 'timestamp_ns':
      return { type: 'long', logicalType: 'timestamp-nanos', 'adjust-to-utc': false };
    case 'varchar':
      return 'string';
    case 'varbinary':
      return 'bytes';
    case 'uuid':
      return { type: 'fixed', name: `uuid_${String(fieldId)}`, size: 16, logicalType: 'uuid' };
    case 'fixed':
      return { type: 'fixed', name: `fixed_${String(fieldId)}`, size: type.lengthBytes };
    case 'decimal': {
      const { precision, scale } = type;
      const name = `decimal_${String(fieldId)}_${String(precision)}_${String(scale)}`;
      return { type: 'fixed', name, size: decimalBytes(precision), logicalType: 'decimal', precision, scale };
    }
    default:
      throw new PlatformError('STORAGE_UNSUPPORTED', `A value of type ${type.kind} cannot partition a table.`);
  }
}

/** Returns the Avro record of a partition tuple. */
export function partitionToAvro(spec: PartitionSpec, types: readonly DataType[], values: PartitionValues): AvroRecord {
  return Object.fromEntries(
    spec.fields.map((part, index) => {
      const value = values[index] ?? null;
      return [avroName(part.name), value === null ? null : valueToAvro(types[index] ?? { kind: 'null' }, value)];
    }),
  );
}

function valueToAvro(type: DataType, value: ColumnValue): AvroValue {
  if (typeof value !== 'bigint') return value instanceof Uint8Array ? Buffer.from(value) : value;
  if (type.kind === 'decimal') return unscaledToFixed(value, decimalBytes(type.precision));
  return type.kind === 'integer' || type.kind === 'date' ? Number(value) : value;
}

/** Returns the value of a decoded partition field. */
export function avroToValue(type: DataType, value: AvroValue): ColumnValue | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return type.kind === 'decimal' ? bytesToUnscaled(value) : value;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return type.kind === 'real' || type.kind === 'double' ? value : BigInt(value);
  throw new PlatformError('STORAGE_CORRUPT', 'A partition value has an unexpected form.');
}
