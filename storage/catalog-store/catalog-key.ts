import { createHash } from 'node:crypto';
import type { RelationName } from '../../spi/index.ts';

/** Keys longer than LMDB allows are replaced by their hash. */
const KEY_LENGTH_MAX = 200;

/** Keys of the catalog's entries. Names are folded, so that they compare without regard to case. */
export const catalogKey = {
  schema: (name: string): string[] => ['schema', fold(name)],
  relation: (name: RelationName): string[] => ['relation', fold(name.schema), fold(name.name)],
  relationsOf: (schema: string): string[] => ['relation', fold(schema)],
  commit: (tableUuid: string, key: string): string[] => ['commit', tableUuid, shorten(key)],
  operation: (id: string): string[] => ['operation', shorten(id)],
  dropped: (tableUuid: string): string[] => ['dropped', tableUuid],
  stream: (tableUuid: string): string[] => ['stream', tableUuid],
  setting: (key: string): string[] => ['setting', key],
};

const fold = (name: string): string => name.toLowerCase();

function shorten(key: string): string {
  return Buffer.byteLength(key) <= KEY_LENGTH_MAX ? `k${key}` : `h${createHash('sha256').update(key).digest('hex')}`;
}
