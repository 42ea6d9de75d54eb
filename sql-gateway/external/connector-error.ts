import { PlatformError } from '../../spi/index.ts';

/** Returns what a connector threw as a coded error that names its catalog. */
export function connectorError(catalog: string, error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new PlatformError('CONNECTOR_FAILED', `The outside database '${catalog}' failed: ${reason}`, { cause: error });
}

/** Returns the error of a connector that does what its contract forbids. */
export function brokenContract(catalog: string, what: string): PlatformError {
  return new PlatformError('SPI_INVALID_PLUGIN', `The connector of the catalog '${catalog}' breaks its contract: ${what}.`);
}
