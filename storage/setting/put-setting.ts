import { PlatformError } from '../../spi/index.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';

/** Units: bytes of UTF-8 of a key; the store's own keys have a limit, and settings are listed in their order. */
const KEY_BYTES_MAX = 500;

/** Sets or, with null, forgets a setting.
 *  @throws REQUEST_INVALID for a key that is empty or too long */
export function putSetting(parts: CommitterParts, operationId: string, key: string, value: string | null): void {
  if (key === '' || Buffer.byteLength(key) > KEY_BYTES_MAX) {
    throw new PlatformError(
      'REQUEST_INVALID',
      `The key of a setting has 1 to ${String(KEY_BYTES_MAX)} bytes, unlike ${JSON.stringify(key)}.`,
    );
  }
  parts.store.update(operationId, (state) => {
    if (value === null) state.removeSetting(key);
    else state.putSetting({ key, value });
    return null;
  });
}
