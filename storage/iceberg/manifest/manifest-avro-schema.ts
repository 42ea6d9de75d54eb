import { arrayOf, integerMap, optionalField, requiredField } from '../avro/avro-schema.ts';
import type { JsonObject } from '../json/lossless-json.ts';
import type { FormatVersion } from '../metadata/table-metadata.ts';

/** Returns the Avro schema of a manifest whose partition tuples have the given record.
 *  @see Iceberg spec, "Manifests" */
export function manifestAvroSchema(partition: JsonObject, formatVersion: FormatVersion): JsonObject {
  const dataFile = {
    type: 'record',
    name: 'r2',
    fields: [
      requiredField(134, 'content', 'int'),
      requiredField(100, 'file_path', 'string'),
      requiredField(101, 'file_format', 'string'),
      requiredField(102, 'partition', partition),
      requiredField(103, 'record_count', 'long'),
      requiredField(104, 'file_size_in_bytes', 'long'),
      optionalField(108, 'column_sizes', integerMap(117, 118, 'long')),
      optionalField(109, 'value_counts', integerMap(119, 120, 'long')),
      optionalField(110, 'null_value_counts', integerMap(121, 122, 'long')),
      optionalField(137, 'nan_value_counts', integerMap(138, 139, 'long')),
      optionalField(125, 'lower_bounds', integerMap(126, 127, 'bytes')),
      optionalField(128, 'upper_bounds', integerMap(129, 130, 'bytes')),
      optionalField(131, 'key_metadata', 'bytes'),
      optionalField(132, 'split_offsets', arrayOf(133, 'long')),
      optionalField(135, 'equality_ids', arrayOf(136, 'int')),
      optionalField(140, 'sort_order_id', 'int'),
      ...(formatVersion === 3 ? [optionalField(142, 'first_row_id', 'long')] : []),
      optionalField(143, 'referenced_data_file', 'string'),
      ...(formatVersion === 3 ? [optionalField(144, 'content_offset', 'long'), optionalField(145, 'content_size_in_bytes', 'long')] : []),
    ],
  };
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      requiredField(0, 'status', 'int'),
      optionalField(1, 'snapshot_id', 'long'),
      optionalField(3, 'sequence_number', 'long'),
      optionalField(4, 'file_sequence_number', 'long'),
      requiredField(2, 'data_file', dataFile),
    ],
  };
}

/** Returns the Avro schema of a manifest list.
 *  @see Iceberg spec, "Manifest Lists" */
export function manifestListAvroSchema(formatVersion: FormatVersion): JsonObject {
  const rowIds = formatVersion === 3 ? [optionalField(520, 'first_row_id', 'long')] : [];
  return { type: 'record', name: 'manifest_file', fields: [...MANIFEST_FILE_FIELDS, ...rowIds] };
}

const MANIFEST_FILE_FIELDS: readonly JsonObject[] = [
  requiredField(500, 'manifest_path', 'string'),
  requiredField(501, 'manifest_length', 'long'),
  requiredField(502, 'partition_spec_id', 'int'),
  requiredField(517, 'content', 'int'),
  requiredField(515, 'sequence_number', 'long'),
  requiredField(516, 'min_sequence_number', 'long'),
  requiredField(503, 'added_snapshot_id', 'long'),
  requiredField(504, 'added_files_count', 'int'),
  requiredField(505, 'existing_files_count', 'int'),
  requiredField(506, 'deleted_files_count', 'int'),
  requiredField(512, 'added_rows_count', 'long'),
  requiredField(513, 'existing_rows_count', 'long'),
  requiredField(514, 'deleted_rows_count', 'long'),
  optionalField(
    507,
    'partitions',
    arrayOf(508, {
      type: 'record',
      name: 'r508',
      fields: [
        requiredField(509, 'contains_null', 'boolean'),
        optionalField(518, 'contains_nan', 'boolean'),
        optionalField(510, 'lower_bound', 'bytes'),
        optionalField(511, 'upper_bound', 'bytes'),
      ],
    }),
  ),
  optionalField(519, 'key_metadata', 'bytes'),
];
