export { ARROW_END_OF_STREAM } from './encapsulate-message.ts';
export { encodeSchemaMessage } from './encode-schema-message.ts';
export { encodeRecordBatchMetadata, type RecordBatchLayout } from './encode-record-batch-metadata.ts';
