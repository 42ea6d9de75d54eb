export { ERROR_CODES, type ErrorCode, type ErrorCodeSpec, type ErrorKind } from './error/error-codes.ts';
export { PlatformError, type PlatformErrorJson, type PlatformErrorOptions, type SourceLocation } from './error/platform-error.ts';
export { assert, unreachable } from './error/assert.ts';
export { nearestName } from './error/nearest-name.ts';
export type {
  DataType,
  DecimalType,
  FixedType,
  ListType,
  MapType,
  PrimitiveKind,
  PrimitiveType,
  StructField,
  StructType,
} from './type/data-type.ts';
export { formatType, sameType } from './type/format-type.ts';
export type { Field, ResultColumn } from './type/field.ts';
export type {
  AggregateCall,
  CallExpression,
  CaseExpression,
  CastExpression,
  ColumnExpression,
  ExistsExpression,
  Expression,
  FieldExpression,
  FrameBound,
  InExpression,
  InSubqueryExpression,
  LiteralExpression,
  ParameterExpression,
  LambdaExpression,
  LambdaParameter,
  QuantifiedExpression,
  ScalarSubqueryExpression,
  StructExpression,
  WindowCall,
  WindowFrame,
} from './plan/expression.ts';
export type {
  AggregateColumn,
  AggregateNode,
  CommonTable,
  CteScanNode,
  DistinctNode,
  FilterNode,
  JoinNode,
  JoinType,
  LimitNode,
  PlanColumn,
  PlanNode,
  ProjectColumn,
  ProjectNode,
  ScanColumn,
  ScanNode,
  SetOperationNode,
  SortKey,
  SortNode,
  TableFunctionNode,
  UnnestNode,
  ValuesNode,
  WindowColumn,
  WindowNode,
  WithNode,
} from './plan/plan-node.ts';
export { FILE_COLUMN_ID, isPlaceColumn, POSITION_COLUMN_ID } from './plan/place-column.ts';
export { isLineageColumn, lineageFields, ROW_ID_COLUMN_ID, ROW_SEQUENCE_COLUMN_ID } from './plan/row-lineage.ts';
export { type LogicalPlan, PLAN_VERSION, type PlanOutput } from './plan/logical-plan.ts';
export { outputColumns } from './plan/output-columns.ts';
export {
  conjuncts,
  expressionOperands,
  planExpressions,
  planInputs,
  type PlanVisitor,
  readsColumns,
  scansOf,
  walkExpression,
  walkPlan,
} from './plan/traverse.ts';
export {
  hasSubquery,
  joinWith,
  mapInputs,
  mapNodeExpressions,
  mapOperands,
  mapPlans,
  mapSubqueries,
  mapWindowCall,
  scanWith,
  withInput,
  withPlan,
} from './plan/rebuild.ts';
export {
  isStatementTime,
  type PlanFeature,
  planRequirements,
  type PlanRequirements,
  readsStatementTime,
} from './plan/plan-features.ts';
export { locationToPath, pathToLocation } from './catalog/file-location.ts';
export type { RelationName, TableRef } from './catalog/table-ref.ts';
export type { PartitionField, PartitionSpec, PartitionTransform } from './catalog/partition-spec.ts';
export type {
  ColumnChange,
  ColumnPath,
  ColumnPosition,
  LayoutChange,
  NewSortKey,
  ReferenceChange,
  TableChange,
} from './catalog/table-change.ts';
export type { NewColumn, NewPartitionField, TableSpec } from './catalog/table-spec.ts';
export type {
  Catalog,
  CatalogWriter,
  IfExists,
  RelationEntry,
  SnapshotEntry,
  TableSnapshot,
  TimeTravel,
  ViewDefinition,
} from './catalog/catalog.ts';
export { type MetadataTable, METADATA_TABLE_NAMES, type MetadataTableName, SNAPSHOT_METADATA_TABLES } from './catalog/metadata-table.ts';
export type { SettingStore } from './catalog/setting-store.ts';
export { type NamedSnapshot, parseSnapshotList, printSnapshot, printSnapshotList } from './catalog/snapshot-list.ts';
export type { NewStream, StreamCheckpoint, StreamOffset, StreamRecord, StreamStore, StreamWrite } from './catalog/stream-store.ts';
export type { TableTransaction, TransactionStore } from './catalog/transaction-store.ts';
export type { EqualityColumn, EqualityDelete, PositionDelete, RowDelete, VectorDelete } from './catalog/row-delete.ts';
export type {
  ExpiryResult,
  ExpiryRules,
  MaintenanceRun,
  OrphanFile,
  OrphanRules,
  RewriteGroup,
  RewrittenManifests,
  TableMaintenance,
  TableVerification,
} from './catalog/table-maintenance.ts';
export type {
  BackupResult,
  CheckFolder,
  RegisteredTable,
  RestoreRequest,
  RestoreResult,
  TableRegistration,
  TableTransfer,
} from './catalog/table-transfer.ts';
export type { ParquetSplit, ScanPlan, ScanRequest, TableSource } from './catalog/table-source.ts';
export type {
  ColumnStatistics,
  CommitResult,
  DataFile,
  FileFormat,
  ExistingFile,
  FileInspection,
  FileSource,
  Fragment,
  LegacyCompression,
  StagingArea,
  StagingTarget,
  TableSink,
  WriteOrder,
  RowChanges,
  WriteGoal,
  WriteTransaction,
} from './catalog/table-sink.ts';
export type { BoundQuery, Principal, SessionSettings, SnapshotPin } from './engine/bound-query.ts';
export type {
  CostEstimate,
  Engine,
  EngineCapabilities,
  EngineHealth,
  ParameterValue,
  PreparedQuery,
  Progress,
  Refusal,
  ResultStream,
  RunOptions,
} from './engine/engine.ts';
export {
  type ConfigProperty,
  type ConfigSchema,
  type EngineHost,
  type EnginePlugin,
  type Logger,
  SPI_VERSION,
} from './engine/engine-plugin.ts';
export type {
  ConditionHandling,
  Connector,
  ConnectorPlan,
  ConnectorRequest,
  ConnectorSink,
  ConnectorTable,
  JsonData,
} from './connector/connector.ts';
export type { ConnectorHost, ConnectorPlugin } from './connector/connector-plugin.ts';
export type { FunctionHost, FunctionPlugin } from './function/function-plugin.ts';
export type { PluginFunction } from './function/plugin-function.ts';
export type { ScanWatermark, ViewCheckpoint, ViewEngine, ViewRows, ViewRun, ViewStart } from './engine/view-engine.ts';
export { oncePerQuery } from './engine/once-per-query.ts';
export { checkCapabilities } from './engine/check-capabilities.ts';
