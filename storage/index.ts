export { openWarehouse, type Warehouse, type WarehouseOptions } from './open-warehouse.ts';
export type { SweepResult } from './sweep/sweep-warehouse.ts';
export { type VerifiedTable, verifyWarehouse } from './verify/verify-warehouse.ts';
export type { DataService } from './data/data-service.ts';
export { type DataServiceOptions, openDataService } from './data/open-data-service.ts';
