export { bindStatement } from './bind-statement.ts';
export type {
  BindContext,
  BoundStatement,
  GivenParameters,
  JsonValue,
  QueryHints,
  RouteCondition,
  RouteRuleText,
  RowModification,
  SettingName,
  VirtualRelation,
} from './bound-statement.ts';
export { encodeParameters } from './parameters.ts';
