import { JsonReader } from '../json/json-reader.ts';
import { parseLosslessJson, printLosslessJson } from '../json/lossless-json.ts';
import { addSnapshot, printSnapshot } from './change-table-metadata.ts';
import { readSnapshot } from './parse-table-metadata.ts';
import type { Snapshot, TableMetadata } from './table-metadata.ts';

/** Table metadata told as what it adds to that before it: whoever has the one before need not read the file, which holds all snapshots. */
export interface SucceedingMetadata {
  /** Location of the metadata before it. */
  readonly base: string;
  readonly location: string;
  /** Units: bytes of its file. */
  readonly bytes: number;
  /** JSON text of the snapshot that was added. */
  readonly snapshot: string;
}

/** Returns the form of a snapshot that is told. */
export const printSucceeding = (snapshot: Snapshot): string => printLosslessJson(printSnapshot(snapshot));

/** Returns the metadata that is told, made of the one before it. */
export function applySucceeding(before: TableMetadata, { base, location, snapshot }: SucceedingMetadata): TableMetadata {
  const what = `The snapshot that ${location} adds`;
  return addSnapshot(before, readSnapshot(new JsonReader(parseLosslessJson(snapshot, what), what)), base);
}
