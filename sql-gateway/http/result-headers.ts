import type { SessionChange, StatementOutcome } from '../query/statement-request.ts';
import { RESULT_MEDIA_TYPES, type ResultFormat } from '../result/result-format.ts';

/** Headers of an answer that is written past the reply. */
export type AnswerHeaders = Readonly<Record<string, string | number | string[]>>;

/** Units: characters of the list of snapshots in a header; the JSON body has them all. */
const SNAPSHOT_HEADER_LENGTH_MAX = 4096;

/** Returns the headers that tell about a result, beside those that the reply has already. */
export function resultHeaders(
  own: AnswerHeaders,
  format: ResultFormat,
  queryId: string,
  { engine, snapshots, sessionChange, cache }: Pick<StatementOutcome, 'engine' | 'snapshots' | 'sessionChange' | 'cache'>,
): AnswerHeaders {
  const charset = format === 'arrow' || format === 'parquet' ? '' : '; charset=utf-8';
  return {
    ...own,
    'content-type': RESULT_MEDIA_TYPES[format] + charset,
    'trivium-query-id': queryId,
    ...(engine === null ? {} : { 'trivium-engine': engine }),
    ...(cache === undefined ? {} : { 'trivium-cache': cache }),
    ...(snapshots.length === 0 ? {} : { 'trivium-snapshot': snapshotHeader(snapshots) }),
    ...(sessionChange === null ? {} : { 'trivium-set-session': formatSessionChange(sessionChange) }),
    vary: [own['vary'], 'accept, accept-encoding'].filter((name) => name !== undefined).join(', '),
  };
}

/** Entries beyond the longest header are left out whole: a cut one would name another snapshot. */
function snapshotHeader(snapshots: readonly string[]): string {
  let header = '';
  for (const snapshot of snapshots) {
    const longer = (header === '' ? '' : `${header}, `) + encodeURI(snapshot).replaceAll('%20', ' ');
    if (longer.length > SNAPSHOT_HEADER_LENGTH_MAX) break;
    header = longer;
  }
  return header;
}

function formatSessionChange({ name, value }: SessionChange): string {
  return value === null ? name : `${name}=${encodeURIComponent(value)}`;
}
