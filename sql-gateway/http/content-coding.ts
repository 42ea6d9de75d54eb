import zlib, { constants, createGzip, type Gzip } from 'node:zlib';
import type { ResultFormat } from '../result/result-format.ts';

/** How an answer's bytes are coded. */
export type ContentCoding = 'identity' | 'gzip' | 'zstd';

/** A compressor whose output so far can be asked for. */
export type Compressor = Pick<Gzip, 'write' | 'end' | 'destroy' | 'on' | 'once' | 'off'> & { flush(kind: number, done: () => void): void };

/** Node's zlib from 22.15 on. */
interface NewerZlib {
  readonly createZstdCompress?: () => Compressor;
  readonly constants: { readonly ZSTD_e_flush?: number };
}

const { createZstdCompress, constants: newer } = zlib as unknown as NewerZlib;

/** Codings that this Node can make; of those that a client likes equally well the first is taken. */
const CODINGS: readonly ContentCoding[] = createZstdCompress === undefined ? ['gzip', 'identity'] : ['zstd', 'gzip', 'identity'];

/** Chooses how an answer is coded: the highest quality wins, zstd before gzip before nothing. No header asks for nothing; neither does one that
 *  refuses everything. Parquet is compressed in itself.
 *  @see RFC 9110, section 12.5.3 */
export function negotiateCoding(accept: string | undefined, format: ResultFormat): ContentCoding {
  if (accept === undefined || format === 'parquet') return 'identity';
  const qualities = new Map<string, number>();
  for (const part of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const given = parameters.find((parameter) => parameter.startsWith('q='));
    qualities.set(name === 'x-gzip' ? 'gzip' : name, given === undefined ? 1 : Math.min(1, Math.max(0, Number(given.slice(2)) || 0)));
  }
  let best: ContentCoding = 'identity';
  let bestQuality = 0;
  for (const coding of CODINGS) {
    // Unnamed, identity is taken when nothing better is.
    const quality = qualities.get(coding) ?? (coding === 'identity' ? 0 : qualities.get('*')) ?? 0;
    if (quality <= bestQuality) continue;
    best = coding;
    bestQuality = quality;
  }
  return best;
}

/** Starts a compressor, and returns with it the flush after which all that was written can be read. The work is done in zlib's threads. */
export function createCompressor(coding: Exclude<ContentCoding, 'identity'>): { readonly stream: Compressor; readonly flushKind: number } {
  if (coding === 'zstd' && createZstdCompress !== undefined) return { stream: createZstdCompress(), flushKind: newer.ZSTD_e_flush ?? 1 };
  // Results are made once and read once: the quickest level takes less time than the network saves.
  return { stream: createGzip({ level: constants.Z_BEST_SPEED }), flushKind: constants.Z_SYNC_FLUSH };
}
