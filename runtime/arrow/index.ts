export { ARROW_END_OF_STREAM } from './encapsulate-message.ts';
export { encodeSchemaMessage } from './encode-schema-message.ts';
export { encodeRecordBatchMetadata, type RecordBatchLayout } from './encode-record-batch-metadata.ts';
export { formatDecimal } from './format-decimal.ts';
export { formatDate, formatInterval, formatTime, formatTimestamp } from './format-temporal.ts';
export { readRows, type Row, type RowValue } from './read-rows.ts';
