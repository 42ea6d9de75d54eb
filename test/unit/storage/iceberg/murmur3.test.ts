import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../../spi/index.ts';
import { bucketHash } from '../../../../storage/iceberg/transform/apply-transform.ts';
import { textToValue } from '../../../../storage/iceberg/value/value-text.ts';

/** The vectors of the Iceberg spec, Appendix B. */
const VECTORS: readonly (readonly [DataType, string, number])[] = [
  [{ kind: 'integer' }, '34', 2017239379],
  [{ kind: 'bigint' }, '34', 2017239379],
  [{ kind: 'decimal', precision: 9, scale: 2 }, '14.20', -500754589],
  [{ kind: 'date' }, '2017-11-16', -653330422],
  [{ kind: 'time' }, '22:31:08', -662762989],
  [{ kind: 'timestamp' }, '2017-11-16 22:31:08', -2047944441],
  [{ kind: 'timestamp' }, '2017-11-16 22:31:08.000001', -1207196810],
  [{ kind: 'timestamptz' }, '2017-11-16 14:31:08-08:00', -2047944441],
  [{ kind: 'timestamptz' }, '2017-11-16 14:31:08.000001-08:00', -1207196810],
  [{ kind: 'varchar' }, 'iceberg', 1210000089],
  [{ kind: 'uuid' }, 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 1488055340],
  [{ kind: 'fixed', lengthBytes: 4 }, Buffer.from([0, 1, 2, 3]).toString('base64'), -188683207],
  [{ kind: 'varbinary' }, Buffer.from([0, 1, 2, 3]).toString('base64'), -188683207],
];

describe('the hash of buckets', () => {
  it.each(VECTORS)('of %j %s is the one of the specification', (type, text, hash) => {
    const value = textToValue(type, text);
    expect(value).not.toBeNull();
    expect(bucketHash(type, value ?? 0n)).toBe(hash);
  });
});
