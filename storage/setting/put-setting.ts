import { PlatformError } from '../../spi/index.ts';
import type { CatalogUpdate } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';

/** Units: bytes of UTF-8 of a key; the store's own keys have a limit, and settings are listed in their order. */
const KEY_BYTES_MAX = 500;

/** A setting and its new value; null forgets it. */
export interface SettingChange {
  readonly key: string;
  readonly value: string | null;
}

/** Sets or, with null, forgets a setting.
 *  @throws REQUEST_INVALID for a key that is empty or too long */
export function putSetting(parts: CommitterParts, operationId: string, key: string, value: string | null): void {
  checkKey(key);
  parts.store.update(operationId, (state) => {
    put(state, { key, value });
    return null;
  });
}

/** Changes several settings in one commit, if the expected one is still there.
 *  @throws STORAGE_CONFLICT when it is another one, REQUEST_INVALID for a key that is empty or too long */
export function swapSettings(
  parts: CommitterParts,
  operationId: string,
  { expected, changes }: { readonly expected: SettingChange; readonly changes: readonly SettingChange[] },
): void {
  for (const { key } of changes) checkKey(key);
  parts.store.update(operationId, (state) => {
    const found = state.settings(expected.key).find(({ key }) => key === expected.key)?.value ?? null;
    if (found !== expected.value) {
      throw new PlatformError('STORAGE_CONFLICT', `The setting ${expected.key} was changed by somebody else meanwhile.`);
    }
    for (const change of changes) put(state, change);
    return null;
  });
}

function put(state: CatalogUpdate, { key, value }: SettingChange): void {
  if (value === null) state.removeSetting(key);
  else state.putSetting({ key, value });
}

function checkKey(key: string): void {
  if (key !== '' && Buffer.byteLength(key) <= KEY_BYTES_MAX) return;
  throw new PlatformError(
    'REQUEST_INVALID',
    `The key of a setting has 1 to ${String(KEY_BYTES_MAX)} bytes, unlike ${JSON.stringify(key)}.`,
  );
}
