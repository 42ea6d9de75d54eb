import type { DataType, ScanNode } from '../../../spi/index.ts';
import type { ExchangeColumn } from './stage-plan.ts';

const UUID_PREFIX = 'exchange:';

/** Returns the node that reads what a stage hands on; column i of the exchange lies in its files under the name `o<i>`. */
export function exchangeScan(stageId: number, columns: readonly ExchangeColumn[]): ScanNode {
  return {
    kind: 'scan',
    table: { schema: 'exchange', name: `stage_${String(stageId)}`, uuid: `${UUID_PREFIX}${String(stageId)}` },
    snapshotId: null,
    schemaId: 0,
    columns: columns.map(({ column }, index) => ({
      ...column,
      name: `o${String(index)}`,
      type: storedType(column.type),
      fieldId: index + 1,
    })),
    filter: null,
  };
}

/** Returns the stage whose exchange a scan reads, null for a scan of a table. */
export function exchangeStage(scan: ScanNode): number | null {
  return scan.table.uuid.startsWith(UUID_PREFIX) ? Number(scan.table.uuid.slice(UUID_PREFIX.length)) : null;
}

/** Returns whether values of a type come back from a file as they were: Parquet keeps intervals in milliseconds only. */
export function isStorable(type: DataType): boolean {
  switch (type.kind) {
    case 'interval':
      return false;
    case 'list':
      return isStorable(type.element);
    case 'map':
      return isStorable(type.key) && isStorable(type.value);
    case 'struct':
      return type.fields.every((field) => isStorable(field.type));
    default:
      return true;
  }
}

/** DuckDB writes a bare NULL as an integer. */
function storedType(type: DataType): DataType {
  return type.kind === 'null' ? { kind: 'integer' } : type;
}
