import type { PartitionField, PartitionSpec } from '../../../spi/index.ts';
import type { JsonReader } from '../json/json-reader.ts';
import type { JsonObject, JsonValue } from '../json/lossless-json.ts';
import { parseTransform, printTransform } from '../transform/transform-text.ts';

/** Returns the JSON form of a partition spec. */
export function printPartitionSpec(spec: PartitionSpec): JsonObject {
  return { 'spec-id': spec.specId, fields: printPartitionFields(spec) };
}

/** Returns the JSON form of a spec's fields, as manifests' headers carry it. */
export function printPartitionFields(spec: PartitionSpec): JsonValue {
  return spec.fields.map((field) => ({
    name: field.name,
    transform: printTransform(field.transform),
    'source-id': field.sourceId,
    'field-id': field.fieldId,
  }));
}

/** Reads the JSON form of a partition spec.
 *  @see Iceberg spec, Appendix C, "Partition Specs" */
export function parsePartitionSpec(reader: JsonReader, what: string): PartitionSpec {
  const fields = reader.objects('fields').map(
    (field, index): PartitionField => ({
      sourceId: field.integer('source-id'),
      fieldId: field.has('field-id') ? field.integer('field-id') : 1000 + index,
      name: field.string('name'),
      transform: parseTransform(field.string('transform'), `${what}, partition field ${field.string('name')},`),
    }),
  );
  return { specId: reader.integer('spec-id'), fields };
}
