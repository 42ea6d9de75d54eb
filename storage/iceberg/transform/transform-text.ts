import { type PartitionTransform, PlatformError } from '../../../spi/index.ts';

/** Returns the name of a transform in metadata, such as `bucket[16]`. */
export function printTransform(transform: PartitionTransform): string {
  if (transform.kind === 'bucket') return `bucket[${String(transform.buckets)}]`;
  if (transform.kind === 'truncate') return `truncate[${String(transform.width)}]`;
  return transform.kind;
}

/** Reads the name of a transform.
 *  @throws STORAGE_UNSUPPORTED for transforms of later format versions. */
export function parseTransform(text: string, what: string): PartitionTransform {
  switch (text) {
    case 'identity':
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'void':
      return { kind: text };
  }
  const match = /^(bucket|truncate)\[(\d+)\]$/.exec(text);
  if (match?.[1] === 'bucket') return { kind: 'bucket', buckets: Number(match[2]) };
  if (match?.[1] === 'truncate') return { kind: 'truncate', width: Number(match[2]) };
  throw new PlatformError('STORAGE_UNSUPPORTED', `${what} uses the partition transform ${text}, which is not supported.`);
}
