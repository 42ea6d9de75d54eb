export { formatQuoted, formatString } from './format-name.ts';
export { formatStatement } from './format-statement.ts';
