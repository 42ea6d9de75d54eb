export { formatStatement } from './format-statement.ts';
