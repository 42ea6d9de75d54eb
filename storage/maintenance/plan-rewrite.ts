import { type DataType, type RewriteGroup, type ScanRequest } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { ManifestEntry } from '../iceberg/manifest/manifest-entry.ts';
import { partitionTypes } from '../iceberg/manifest/partition-avro.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { valueToText } from '../iceberg/value/value-text.ts';
import { planScan } from '../scan/plan-scan.ts';
import { FILE_SIZE_BYTES_TARGET } from '../write/staged-transaction.ts';

/** Share of the wanted size below which a file is small: Iceberg's own default of `min-file-size-bytes`. */
const SMALL_SHARE = 0.75;

interface Candidate {
  readonly entry: ManifestEntry;
  readonly partition: readonly (string | null)[] | null;
}

/** Chooses the files of a snapshot that are to be written anew: where a partition has at least two small ones, they go together up to the wanted size;
 *  files under another partition spec go in any case.
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
  const { splits } = await planScan(reader, table, snapshot, { ...request, deletes: true });
  // How many rows deletes leave of a file is known only once it is read, so those stay until the rows are written anew by a statement.
  const wanted = new Set(splits.filter(({ deletes }) => deletes.length === 0).map(({ uri }) => uri));
  const groups = new Map<string, Candidate[]>();
  for (const file of await reader.manifestList(snapshot.manifestList)) {
    if (file.content === 'deletes') continue;
    const isCurrent = file.specId === table.spec.specId;
    const types = partitionTypes(specOf(table, file.specId), table.schema.fields);
    for (const entry of (await reader.manifest(file, table)).entries) {
      if (entry.status === 'deleted' || excluded.has(entry.location) || !wanted.has(entry.location)) continue;
      if (isCurrent && entry.bytes >= targetBytes * SMALL_SHARE) continue;
      const partition = isCurrent ? textsOf(types, entry) : null;
      const key = JSON.stringify(partition);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ entry, partition }]);
      else group.push({ entry, partition });
    }
  }
  return [...groups.values()].flatMap((files) => packed(files, targetBytes));
}

const textsOf = (types: readonly DataType[], { partition }: ManifestEntry): readonly (string | null)[] =>
  types.map((type, index) => {
    const value = partition[index] ?? null;
    return value === null ? null : valueToText(type, value);
  });

/** Fills new files one after the other, the oldest rows first; a lone small file stays as it is. */
function packed(files: readonly Candidate[], targetBytes: number): readonly RewriteGroup[] {
  const sorted = [...files].sort((left, right) => (left.entry.sequenceNumber ?? 0) - (right.entry.sequenceNumber ?? 0));
  const bins: Candidate[][] = [];
  let filled = Infinity;
  for (const file of sorted) {
    if (filled + file.entry.bytes > targetBytes) {
      bins.push([]);
      filled = 0;
    }
    bins.at(-1)?.push(file);
    filled += file.entry.bytes;
  }
  return bins.filter((bin) => bin.length > 1 || bin[0]?.partition === null).map(groupOf);
}

function groupOf(bin: readonly Candidate[]): RewriteGroup {
  return {
    files: bin.map(({ entry }) => entry.location),
    rows: bin.reduce((sum, { entry }) => sum + entry.rows, 0),
    bytes: bin.reduce((sum, { entry }) => sum + entry.bytes, 0),
    partition: bin[0]?.partition ?? null,
  };
}
