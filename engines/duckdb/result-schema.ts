import { Field, Schema } from 'apache-arrow';
import type { DataType, LogicalPlan } from '../../spi/index.ts';
import { arrowType, encodeSchemaMessage } from '../../runtime/arrow/index.ts';

/** Returns the schema frame of a plan's result: DuckDB's own names stand for positions only. */
export function resultSchema(plan: LogicalPlan): Uint8Array {
  const fields = plan.output.map((column) => new Field(column.name, arrowType(carriedType(column.type)), column.nullable));
  return encodeSchemaMessage(new Schema(fields));
}

/** DuckDB gives a bare NULL as an integer. */
function carriedType(type: DataType): DataType {
  switch (type.kind) {
    case 'null':
      return { kind: 'integer' };
    case 'list':
      return { ...type, element: carriedType(type.element) };
    case 'map':
      return { ...type, key: carriedType(type.key), value: carriedType(type.value) };
    case 'struct':
      return { ...type, fields: type.fields.map((field) => ({ ...field, type: carriedType(field.type) })) };
    default:
      return type;
  }
}
