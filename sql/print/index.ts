export { printDuckdb, type PrintedQuery, type PrintOptions } from './print-duckdb.ts';
