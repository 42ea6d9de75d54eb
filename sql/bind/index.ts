export { bindStatement } from './bind-statement.ts';
export type {
  BindContext,
  BoundStatement,
  GivenParameters,
  JsonValue,
  QueryHints,
  SettingName,
  VirtualRelation,
} from './bound-statement.ts';
export { encodeParameters } from './parameters.ts';
