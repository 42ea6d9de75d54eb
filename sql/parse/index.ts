export { isBareFunction } from './parse-primary.ts';
export { parseExpressionText, parseStatement, STATEMENT_LENGTH_MAX, TREE_HEIGHT_MAX } from './parse-statement.ts';
export { NESTING_LEVELS_MAX } from './token-cursor.ts';
