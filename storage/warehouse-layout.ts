import { join } from 'node:path';

/** Where the parts of a warehouse are. */
export interface WarehouseLayout {
  readonly formatFile: string;
  readonly catalogDirectory: string;
  readonly tablesDirectory: string;
  /** One file per process that may have writes open. */
  readonly processesDirectory: string;
}

/** Returns the layout of the warehouse at an absolute path. */
export function layoutOf(warehouseDirectory: string): WarehouseLayout {
  return {
    formatFile: join(warehouseDirectory, 'format.json'),
    catalogDirectory: join(warehouseDirectory, 'catalog'),
    tablesDirectory: join(warehouseDirectory, 'tables'),
    processesDirectory: join(warehouseDirectory, 'processes'),
  };
}
