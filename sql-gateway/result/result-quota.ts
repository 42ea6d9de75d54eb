import { PlatformError } from '../../spi/index.ts';

/** How much of results is kept on the disk, and for how long. */
export interface ResultLimits {
  /** Largest result of one statement. */
  readonly resultBytesMax: number;
  /** All results together. */
  readonly spoolBytesMax: number;
  /** Size from which on a page is full. */
  readonly pageBytes: number;
  /** How long a result is kept after the end of its statement. */
  readonly keepMs: number;
}

/** The room of one result. */
export interface ResultRoom {
  /** Takes room for bytes that are to be written.
   *  @throws RESOURCE_RESULT_BYTES beyond the limit of a result, RESOURCE_SPOOL beyond that of all together */
  take(bytes: number): void;
  /** Gives all of it back; may be called more than once. */
  free(): void;
}

/** The room that all results share. */
export interface ResultQuota {
  /** Units: bytes that are taken. */
  readonly bytes: number;
  /** Takes the least room that a result needs.
   *  @throws RESOURCE_SPOOL when there is none, before anything was done */
  open(): ResultRoom;
}

/** Units: bytes that every result has from its start, so that a write which was committed never fails for its row of figures. */
const BYTES_FROM_START = 128 << 10;

/** Creates the room of one server, all of it free. */
export function createResultQuota({ resultBytesMax, spoolBytesMax }: Pick<ResultLimits, 'resultBytesMax' | 'spoolBytesMax'>): ResultQuota {
  let bytesTaken = 0;
  const grow = (bytes: number): void => {
    if (bytesTaken + bytes > spoolBytesMax) throw spoolFull(spoolBytesMax);
    bytesTaken += bytes;
  };
  return {
    get bytes() {
      return bytesTaken;
    },
    open: () => {
      let held = BYTES_FROM_START;
      let used = 0;
      grow(held);
      return {
        take: (bytes) => {
          if (used + bytes > resultBytesMax) throw resultTooLarge(resultBytesMax);
          const more = Math.max(0, used + bytes - held);
          grow(more);
          held += more;
          used += bytes;
        },
        free: () => {
          bytesTaken -= held;
          held = 0;
        },
      };
    },
  };
}

function resultTooLarge(bytesMax: number): PlatformError {
  return new PlatformError('RESOURCE_RESULT_BYTES', `The result is larger than ${String(bytesMax)} bytes and is not kept.`, {
    hint: 'Ask for less, read the result as it comes (not in Parquet, and without Prefer: respond-async), write it with COPY TO, or raise statements.resultBytesMax.',
    details: { bytesMax },
  });
}

function spoolFull(bytesMax: number): PlatformError {
  return new PlatformError('RESOURCE_SPOOL', `The results that are kept have no more room within ${String(bytesMax)} bytes.`, {
    hint: 'DELETE /v1/statements/{id} removes a result; raise statements.spoolBytesMax.',
    details: { bytesMax },
  });
}
