import { PlatformError, type TableRef } from '../../spi/index.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { type RewriteTerms, rewriteTerms } from './rewrite-terms.ts';

const TOKEN_VERSION = 1;

/** What a transaction is made of again in another process. */
export interface TransactionToken extends RewriteTerms, Pick<StagedWrite, 'transactionId' | 'goal' | 'create' | 'schemaId' | 'specId'> {
  readonly table: TableRef;
}

/** Returns the text of a token. */
export function printToken(token: TransactionToken): string {
  const { transactionId, goal, create, schemaId, specId, table } = token;
  return JSON.stringify({ version: TOKEN_VERSION, transactionId, goal, table, create, ...rewriteTerms(token), schemaId, specId });
}

/** Reads the text of a token.
 *  @throws REQUEST_INVALID when it is none, or of another version of the program */
export function parseToken(text: string): TransactionToken {
  const token = parseObject(text) as (TransactionToken & { readonly version: unknown }) | null;
  const whole =
    token?.version === TOKEN_VERSION &&
    typeof token.transactionId === 'string' &&
    typeof token.table.uuid === 'string' &&
    typeof token.schemaId === 'number' &&
    typeof token.specId === 'number' &&
    Array.isArray(token.removes) &&
    (token.goal === 'create') === (token.create !== null);
  if (!whole) throw new PlatformError('REQUEST_INVALID', 'The text is not the token of a write transaction of this version.');
  return token;
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'table' in value && typeof value.table === 'object' && value.table !== null
      ? value
      : null;
  } catch {
    // What cannot be parsed is no token, which is what the caller says.
    return null;
  }
}
