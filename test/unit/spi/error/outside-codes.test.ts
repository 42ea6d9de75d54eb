import { expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode, PlatformError } from '../../../../spi/index.ts';

test('the codes of outside databases say so, and no others do', () => {
  const outside = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => new PlatformError(code, '').outside);
  expect(outside).toEqual(['CONNECTOR_FAILED', 'CONNECTOR_UNAVAILABLE', 'RESOURCE_OUTSIDE_ROWS']);
});
