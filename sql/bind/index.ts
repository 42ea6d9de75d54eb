export {
  type AccessChange,
  type AccessObjectName,
  type BoundPrivilege,
  OWNER_PROPERTY,
  policyLabel,
  type TablePolicy,
} from './access-change.ts';
export { bindAlterRoute } from './bind-route.ts';
export { bindStatement, type BoundWithReferences, bindWithReferences } from './bind-statement.ts';
export type {
  BindContext,
  BoundCall,
  BoundStatement,
  BoundTransfer,
  GivenParameters,
  JsonValue,
  QueryHints,
  RouteCondition,
  RouteRuleText,
  RowModification,
  MergeOnRead,
  SettingName,
  VirtualRelation,
} from './bound-statement.ts';
export { declareFunctions } from './declare-functions.ts';
export { WATERMARK_COLUMN, WATERMARK_DELAY } from './bind-watermark.ts';
export type { OutsideCatalog, OutsideCatalogs } from './outside-catalogs.ts';
export { encodeParameters } from './parameters.ts';
export type { PolicyLookup, PolicySource, PoliciesOfReader } from './policy-lookup.ts';
export { parseReadPin, type ReadPin } from './read-pin.ts';
export type { ColumnLineage, ColumnReference, ReadReference, RelationReference, StatementReferences } from './statement-references.ts';
export { isMaintained, isMaterializedView, LATE_ROWS_OF } from './stream-table.ts';
