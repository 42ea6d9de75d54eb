import type { DataType, RewriteGroup, ScanRequest, WriteOrder } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import { partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { planScan } from '../scan/plan-scan.ts';
import { type ColumnValue, compareValues } from '../iceberg/value/column-value.ts';
import { bytesToValue } from '../iceberg/value/value-bytes.ts';
import { FILE_SIZE_BYTES_TARGET } from '../write/staged-transaction.ts';
import { writeOrderOf } from '../write/write-order.ts';

/** Share of the wanted size below which a file is small: Iceberg's own default of `min-file-size-bytes`. */
const SMALL_SHARE = 0.75;

interface Candidate {
  readonly entry: ManifestEntry;
  readonly partition: readonly (string | null)[] | null;
  readonly hasDeletes: boolean;
  /** Whether it is written anew also when nothing goes with it. */
  readonly alone: boolean;
}

/** Chooses the files of a snapshot that are to be written anew: where a partition has at least two small ones, they go together up to the wanted size;
 *  files that deletes take rows of, files under another partition spec and those that are not in the table's order go in any case.
 *  @param excluded locations of files that somebody else replaces */
export async function planRewrite(
  reader: MetadataReader,
  table: TableMetadata,
  request: ScanRequest,
  targetFileBytes: number | null,
  excluded: ReadonlySet<string>,
): Promise<readonly RewriteGroup[]> {
  if (request.snapshotId === null) return [];
  const configured = Number(table.properties['write.target-file-size-bytes'] ?? FILE_SIZE_BYTES_TARGET);
  const targetBytes = Math.max(1, targetFileBytes ?? (configured > 0 ? configured : FILE_SIZE_BYTES_TARGET));
  const snapshot = snapshotById(table, request.snapshotId);
  const { splits } = await planScan(reader, table, snapshot, { ...request, deletes: true, columnNames: true });
  const deletesOf = new Map(splits.map(({ uri, deletes }) => [uri, deletes.length]));
  const { sortOrder: order } = writeOrderOf(table.sortOrder, table.schema.fields);
  const groups = new Map<string, Candidate[]>();
  for (const file of await reader.manifestList(snapshot.manifestList)) {
    if (file.content === 'deletes') continue;
    const isCurrent = file.specId === table.spec.specId;
    const types = partitionTypes(specOf(table, file.specId), table.schema.fields);
    for (const entry of (await reader.manifest(file, table)).entries) {
      const deletes = deletesOf.get(entry.location);
      if (entry.status === 'deleted' || excluded.has(entry.location) || deletes === undefined) continue;
      const hasDeletes = deletes > 0;
      const alone = !isCurrent || hasDeletes || (order !== undefined && entry.sortOrderId !== order.orderId);
      if (!alone && entry.bytes >= targetBytes * SMALL_SHARE) continue;
      const partition = isCurrent ? textsOf(types, entry) : null;
      const key = JSON.stringify(partition);
      const group = groups.get(key);
      const candidate = { entry, partition, hasDeletes, alone };
      if (group === undefined) groups.set(key, [candidate]);
      else group.push(candidate);
    }
  }
  const comesBefore = order === undefined ? oldestFirst : inOrderOf(order, table);
  return [...groups.values()].flatMap((files) => packed([...files].sort(comesBefore), targetBytes));
}

const textsOf = (types: readonly DataType[], { partition }: ManifestEntry): readonly (string | null)[] =>
  types.map((type, index) => {
    const value = partition[index] ?? null;
    return value === null ? null : valueToText(type, value);
  });

type Comparison = (left: Candidate, right: Candidate) => number;

const oldestFirst: Comparison = (left, right) => (left.entry.sequenceNumber ?? 0) - (right.entry.sequenceNumber ?? 0);

/** Files whose rows are near each other in the table's order go together, so that the bounds of the new files overlap as little as they can. */
function inOrderOf({ keys }: WriteOrder, table: TableMetadata): Comparison {
  const [first] = keys;
  const field = table.schema.fields.find(({ id }) => id === first?.fieldId);
  if (first === undefined || field === undefined) return oldestFirst;
  const startOf = ({ entry: { metrics } }: Candidate): ColumnValue | null => {
    const bytes = (first.descending ? metrics.upperBounds : metrics.lowerBounds).get(field.id);
    return bytes === undefined ? null : bytesToValue(field.type, bytes);
  };
  return (left, right) => {
    const [start, other] = [startOf(left), startOf(right)];
    if (start === null || other === null) return Number(start === null) - Number(other === null) || oldestFirst(left, right);
    return (first.descending ? -1 : 1) * compareValues(start, other) || oldestFirst(left, right);
  };
}

/** Fills new files one after the other; a lone small file stays as it is. */
function packed(files: readonly Candidate[], targetBytes: number): readonly RewriteGroup[] {
  const bins: Candidate[][] = [];
  let filled = Infinity;
  for (const file of files) {
    if (filled + file.entry.bytes > targetBytes) {
      bins.push([]);
      filled = 0;
    }
    bins.at(-1)?.push(file);
    filled += file.entry.bytes;
  }
  return bins.filter((bin) => bin.length > 1 || bin[0]?.alone === true).map(groupOf);
}

function groupOf(bin: readonly Candidate[]): RewriteGroup {
  return {
    files: bin.map(({ entry }) => entry.location),
    rows: bin.reduce((sum, { entry }) => sum + entry.rows, 0),
    filesWithDeletes: bin.filter(({ hasDeletes }) => hasDeletes).length,
    bytes: bin.reduce((sum, { entry }) => sum + entry.bytes, 0),
    partition: bin[0]?.partition ?? null,
  };
}
