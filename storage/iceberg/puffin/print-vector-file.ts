import { printDeletionVector } from '../../../runtime/deletion-vector/index.ts';
import { POS_ID } from '../manifest/referenced-path.ts';

const MAGIC = Buffer.from('PFA1');

/** Rows of a data file that are deleted. */
export interface FilePositions {
  /** The location of the data file, as manifests have it. */
  readonly location: string;
  /** In ascending order. */
  readonly positions: readonly number[];
}

/** Where the vector of a data file lies in a Puffin file. Units: bytes. */
export interface PlacedVector {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
  /** Positions in the vector. */
  readonly rows: number;
}

/** Returns a Puffin file with one deletion vector for each data file.
 *  @see Puffin spec, "File structure" and `deletion-vector-v1` */
export function printVectorFile(files: readonly FilePositions[]): {
  readonly bytes: Uint8Array;
  readonly vectors: readonly PlacedVector[];
} {
  const blobs: Uint8Array[] = [];
  const vectors: PlacedVector[] = [];
  let offset = MAGIC.length;
  for (const { location, positions } of files) {
    const blob = printDeletionVector(positions);
    blobs.push(blob);
    vectors.push({ location, offset, length: blob.length, rows: positions.length });
    offset += blob.length;
  }
  const payload = Buffer.from(JSON.stringify({ blobs: vectors.map(blobMetadata), properties: { 'created-by': 'Trivium' } }));
  const size = Buffer.alloc(8);
  size.writeInt32LE(payload.length);
  return { bytes: Buffer.concat([MAGIC, ...blobs, MAGIC, payload, size, MAGIC]), vectors };
}

/** Snapshot and sequence number are not known yet; the specification has -1 for them. */
function blobMetadata({ location, offset, length, rows }: PlacedVector): object {
  return {
    type: 'deletion-vector-v1',
    fields: [POS_ID],
    'snapshot-id': -1,
    'sequence-number': -1,
    offset,
    length,
    properties: { 'referenced-data-file': location, cardinality: String(rows) },
  };
}
