import { type Data, DataType, Field, makeBuilder, Vector } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';

/** Returns the field that a column has once its dictionary is decoded. */
export function plainField(field: Field): Field {
  if (DataType.isDictionary(field.type)) return new Field(field.name, field.type.dictionary, true, field.metadata);
  return field;
}

/** Returns a column with the values in place of dictionary indices.
 *  @throws STORAGE_FILE when an index is outside of the dictionary */
export function plainData(field: Field, data: Data): Data {
  if (!DataType.isDictionary(data.type)) return data;
  const size = data.dictionary?.length ?? 0;
  const indices = data.values as ArrayLike<number | bigint>;
  const type = data.type.dictionary as DataType;
  const builder = makeBuilder({ type, nullValues: [null] });
  const vector = new Vector([data]);
  for (let index = 0; index < data.length; index += 1) {
    const present = data.nullCount === 0 || data.getValid(index);
    if (present && !(Number(indices[index]) >= 0 && Number(indices[index]) < size)) {
      throw new PlatformError('STORAGE_FILE', `the Arrow data of column "${field.name}" is broken: an index is outside of the dictionary`);
    }
    builder.append(present ? vector.get(index) : null);
  }
  return builder.finish().flush() as Data;
}
