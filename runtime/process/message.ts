import { PlatformError } from '../../spi/index.ts';

/** What a message says. The wire form is u32 length of the payload, u8 kind, u32 exchange, payload; numbers are little-endian. */
export const MESSAGE = {
  /** JSON `[method, params, window bytes, upload?]`: begins an exchange. */
  open: 1,
  /** JSON: the value that a handler sends ahead of its frames. */
  header: 2,
  /** Bytes. */
  frame: 3,
  /** u32: bytes of frames consumed, which may be sent again. */
  credit: 4,
  /** JSON: the handler's value; ends the exchange. */
  result: 5,
  /** JSON form of a PlatformError; ends the exchange. */
  error: 6,
  /** JSON form of a PlatformError: the caller wants no answer any more; ends the exchange. */
  cancel: 7,
  /** No payload: the caller has sent its last frame. */
  endOfUpload: 8,
} as const;

/** One of the message kinds. */
export type MessageKind = (typeof MESSAGE)[keyof typeof MESSAGE];

/** Set in the kind of what the serving end sends, so that both ends can count their exchanges on their own. */
export const FROM_SERVER = 0x80;

/** Units: bytes of a message's head. */
export const MESSAGE_HEAD_BYTES = 9;

/** Units: bytes of a message that is not a frame. */
export const CONTROL_BYTES_MAX = 64 * 2 ** 20;

/** Units: bytes of a frame. */
export const FRAME_BYTES_MAX = 2 ** 30;

/** Units: bytes of frames that may be under way unconsumed when nothing else was said. */
export const WINDOW_BYTES_DEFAULT = 4 * 2 ** 20;

/** Returns the error for bytes that are not messages of this protocol; whoever sees it closes the channel. */
export function malformed(what: string): PlatformError {
  return new PlatformError('INTERNAL_INVARIANT', `The other process broke the channel's protocol: ${what}.`);
}

/** Checks the kind and the length that a message's head claims, before memory is taken for it.
 *  @throws INTERNAL_INVARIANT when the kind is unknown or the length is over the kind's limit. */
export function checkMessageHead(kind: number, length: number): void {
  const bare = kind & ~FROM_SERVER;
  if (bare < MESSAGE.open || bare > MESSAGE.endOfUpload) throw malformed(`a message of the unknown kind ${kind}`);
  const limit = bare === MESSAGE.frame ? FRAME_BYTES_MAX : CONTROL_BYTES_MAX;
  if (length > limit) throw malformed(`a message of kind ${kind} with ${length} bytes, limit ${limit}`);
}
