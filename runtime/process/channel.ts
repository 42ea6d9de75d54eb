import type { ErrorCode, PlatformError } from '../../spi/index.ts';
import type { PeerLimits } from './peer-budget.ts';

/** What crosses a process boundary beside binary frames. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What a handler is given beside its parameters. */
export interface ServeContext {
  /** Aborted when the peer cancels or the channel closes; the reason is a PlatformError. */
  readonly signal: AbortSignal;
  /** Sends one binary frame of the answer.
   *  Guarantees: resolves when the peer's window has room for more (back pressure); the bytes must not change afterwards.
   *  @throws the signal's reason when the exchange was cancelled or the channel closed. */
  send(frame: Uint8Array): Promise<void>;
  /** Binary frames that the caller uploads; ends after the caller's last frame and throws when the exchange is cancelled or the channel closes first. */
  readonly frames: AsyncIterable<Uint8Array>;
  /** Sends one JSON value ahead of the frames; at most once an exchange. */
  header(value: Json): void;
}

/** Answers one call; what it throws reaches the caller as a PlatformError. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each handler states the shape of its own parameters
export type Handler = (params: any, context: ServeContext) => Promise<Json>;

/** What a caller may say beside method and parameters. */
export interface CallOptions {
  /** Cancels the exchange at the peer; calls and frames then throw the reason (ENGINE_CANCELLED unless it is a PlatformError). */
  readonly signal?: AbortSignal | undefined;
  /** Binary frames to upload. */
  readonly frames?: AsyncIterable<Uint8Array> | undefined;
}

/** CallOptions of an exchange whose answer carries frames. */
export interface OpenOptions extends CallOptions {
  /** Units: bytes sent to us that we have not consumed yet. Default 4 MiB. */
  readonly windowBytes?: number | undefined;
}

/** One running call whose answer may carry frames. */
export interface Exchange {
  /** The handler's header; rejects when the exchange fails first, null when it succeeds without one. */
  readonly header: Promise<Json>;
  /** The answer's frames, to be iterated once.
   *  Guarantees: ends normally only after the peer's explicit result; throws the peer's error, or the channel's lost code when the channel closes first.
   *  Leaving the loop early cancels the exchange. */
  readonly frames: AsyncIterable<Uint8Array>;
  /** The handler's value. */
  readonly result: Promise<Json>;
  /** Tells the peer to stop; all three parts reject with the reason (default ENGINE_CANCELLED). */
  cancel(reason?: PlatformError): void;
}

/** A symmetrical, multiplexed message channel: both ends call and serve at the same time. */
export interface Channel {
  /** Calls a method whose answer carries no frames. */
  call(method: string, params: Json, options?: CallOptions): Promise<Json>;
  /** Calls a method whose answer carries frames. */
  open(method: string, params: Json, options?: OpenOptions): Exchange;
  /** Adds handlers; a method is served once. */
  serve(handlers: Readonly<Record<string, Handler>>): void;
  /** Resolves when the channel is closed by either end or broken. */
  readonly closed: Promise<void>;
  /** Closes the channel; what runs on it fails with the lost code. */
  close(): void;
}

/** What a channel has to be told. */
export interface ChannelOptions {
  /** Code of the error with which exchanges fail when the channel closes under them, such as ENGINE_LOST. */
  readonly lostCode: ErrorCode;
  /** What a peer that is not trusted may send; one that sends more is cut off. */
  readonly peerLimits?: PeerLimits | undefined;
}
