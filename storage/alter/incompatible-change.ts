import { PlatformError } from '../../spi/index.ts';

/** Makes the error of a change that does not fit what the table is. */
export function incompatibleChange(message: string, hint: string): PlatformError {
  return new PlatformError('CATALOG_INCOMPATIBLE_CHANGE', message, { hint });
}
