import { assert, type ResultColumn } from '../../spi/index.ts';

/** A complete result. */
export interface CachedResult {
  readonly columns: readonly ResultColumn[];
  /** Arrow IPC messages, schema first. Views of one piece of memory: whoever takes them must not give that memory away. */
  readonly frames: readonly Uint8Array[];
  /** Snapshots read, as `schema.table@id`. */
  readonly snapshots: readonly string[];
}

/** What the cache holds and did. */
export interface CacheFigures {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

/** Keeps complete results in bounded memory. */
export interface ResultCache {
  /** Units: bytes of frames of the largest result that is kept; 0 when nothing is. */
  readonly entryBytesMax: number;
  /** Counts as a hit or a miss. */
  find(key: string): CachedResult | null;
  /** Whether there is an entry; counts nothing. */
  has(key: string): boolean;
  /** Takes a complete result; what was unused for longest gives way. */
  store(key: string, result: CachedResult): void;
  /** Forgets all results. */
  clear(): void;
  readonly figures: CacheFigures;
}

/** Units: bytes that an entry takes beside its frames. */
const ENTRY_BYTES = 1024;

/** Units: bytes of the largest result that is kept. */
const ENTRY_BYTES_MAX = 2 ** 20;

/** Creates an empty cache; one of 0 bytes keeps nothing. */
export function createResultCache(bytesMax: number): ResultCache {
  const entries = new Map<string, { readonly result: CachedResult; readonly bytes: number }>();
  let bytes = 0;
  let hits = 0;
  let misses = 0;

  const remove = (key: string): void => {
    bytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  };

  return {
    entryBytesMax: Math.min(ENTRY_BYTES_MAX, Math.max(0, bytesMax - ENTRY_BYTES)),
    find: (key) => {
      const entry = entries.get(key);
      if (entry === undefined) {
        misses += 1;
        return null;
      }
      hits += 1;
      entries.delete(key);
      entries.set(key, entry);
      return entry.result;
    },
    has: (key) => entries.has(key),
    store: (key, { columns, frames, snapshots }) => {
      const frameBytes = frames.reduce((sum, frame) => sum + frame.byteLength, 0);
      const entryBytes = frameBytes + ENTRY_BYTES;
      if (entryBytes > bytesMax) return;
      remove(key);
      const result = { columns, frames: copyFrames(frames, frameBytes), snapshots };
      entries.set(key, { result, bytes: entryBytes });
      bytes += entryBytes;
      while (bytes > bytesMax) {
        const oldest = entries.keys().next();
        assert(oldest.done !== true, 'bytes are counted by entry');
        remove(oldest.value);
      }
    },
    clear: () => {
      entries.clear();
      bytes = 0;
    },
    get figures() {
      return { entries: entries.size, bytes, hits, misses };
    },
  };
}

/** One piece of memory for all frames, larger than each: a frame that is all of its memory would be handed to a worker, and be gone. */
function copyFrames(frames: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  const memory = new Uint8Array(bytes + 1);
  let offset = 0;
  return frames.map((frame) => {
    memory.set(frame, offset);
    offset += frame.byteLength;
    return memory.subarray(offset - frame.byteLength, offset);
  });
}
