import { nearestName, PlatformError } from '../../spi/index.ts';

/** Forms in which results are sent. */
export const RESULT_MEDIA_TYPES = {
  json: 'application/json',
  arrow: 'application/vnd.apache.arrow.stream',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  columns: 'application/json; layout=columns',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Name of a result's form. */
export type ResultFormat = keyof typeof RESULT_MEDIA_TYPES;

const FORMATS = Object.keys(RESULT_MEDIA_TYPES) as ResultFormat[];

/** Chooses the form of a result: `?format=` wins over the Accept header; nothing said is JSON.
 *  @throws REQUEST_NOT_ACCEPTABLE when none of the forms asked for exists
 *  @see RFC 9110, section 12.5.1 */
export function negotiateFormat(accept: string | undefined, format: string | undefined): ResultFormat {
  if (format !== undefined) return formatByName(format);
  if (accept === undefined || accept.trim() === '') return 'json';
  let best: ResultFormat | null = null;
  let bestQuality = 0;
  for (const candidate of FORMATS) {
    const quality = qualityOf(RESULT_MEDIA_TYPES[candidate], accept);
    if (quality > bestQuality) {
      best = candidate;
      bestQuality = quality;
    }
  }
  if (best !== null) return best;
  throw new PlatformError('REQUEST_NOT_ACCEPTABLE', `None of the result formats in 'Accept: ${accept.slice(0, 200)}' is available.`, {
    hint: `Available: ${Object.values(RESULT_MEDIA_TYPES).join(', ')}.`,
  });
}

function formatByName(name: string): ResultFormat {
  const found = FORMATS.find((format) => format === name.toLowerCase());
  if (found !== undefined) return found;
  const nearest = nearestName(name, FORMATS);
  throw new PlatformError('REQUEST_NOT_ACCEPTABLE', `There is no result format '${name.slice(0, 50)}'.`, {
    hint: nearest === null ? `Available: ${FORMATS.join(', ')}.` : `Did you mean '${nearest}'?`,
  });
}

/** The most specific range that matches a type decides about it. Of a range's parameters only `layout` is a part of the type. */
function qualityOf(mediaType: string, accept: string): number {
  const kind = mediaType.slice(0, mediaType.indexOf('/'));
  let quality = 0;
  let bestRank = 0;
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    const layout = parameters.find((parameter) => parameter.startsWith('layout='));
    const range = layout === undefined ? type : `${type}; ${layout}`;
    const rank = range === mediaType ? 3 : range === `${kind}/*` ? 2 : range === '*/*' ? 1 : 0;
    if (rank <= bestRank) continue;
    bestRank = rank;
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    quality = given === undefined ? 1 : Math.min(1, Math.max(0, Number(given.slice(2)) || 0));
  }
  return quality;
}
