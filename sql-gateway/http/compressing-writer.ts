import { once } from 'node:events';
import { type Compressor, type ContentCoding, createCompressor } from './content-coding.ts';

/** Turns pieces of an answer into what is sent of it. */
export interface CompressingWriter {
  /** Returns the coded form of the pieces, with which a reader can decode all of them. */
  code(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
  /** Returns what is left to be sent after the last pieces. */
  end(pieces: readonly Uint8Array[]): Promise<readonly Uint8Array[]>;
  close(): void;
}

/** Starts to code an answer. Guarantees: memory for the pieces of one call only. */
export function createCompressingWriter(coding: Exclude<ContentCoding, 'identity'>): CompressingWriter {
  const { stream, flushKind } = createCompressor(coding);
  let coded: Uint8Array[] = [];
  let failed: (error: unknown) => void;
  const failure = new Promise<never>((_, reject) => {
    failed = reject;
  });
  // Whoever waits sees it; between two calls nobody does.
  failure.catch(() => undefined);
  stream.on('data', (chunk: Uint8Array) => coded.push(chunk));
  stream.on('error', (error: unknown) => {
    failed(error);
  });
  const taken = (): readonly Uint8Array[] => {
    const now = coded;
    coded = [];
    return now;
  };
  return {
    code: async (pieces) => {
      for (const piece of pieces) stream.write(piece);
      await Promise.race([flush(stream, flushKind), failure]);
      return taken();
    },
    end: async (pieces) => {
      for (const piece of pieces) stream.write(piece);
      const ended = once(stream as unknown as NodeJS.EventEmitter, 'end');
      stream.end();
      await Promise.race([ended, failure]);
      return taken();
    },
    close: () => {
      stream.destroy();
    },
  };
}

async function flush(stream: Compressor, kind: number): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.flush(kind, resolve);
  });
}
