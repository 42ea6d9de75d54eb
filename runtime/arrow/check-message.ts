import { PlatformError } from '../../spi/index.ts';

const HEADER_SCHEMA = 1;
const HEADER_DICTIONARY_BATCH = 2;
const HEADER_RECORD_BATCH = 3;
const DEPTH_MAX = 64;

function broken(what: string): PlatformError {
  return new PlatformError('STORAGE_FILE', `the bytes are not a sound Arrow IPC message: ${what}`);
}

/** A table of a flatbuffer whose every read stays inside the buffer. */
class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;

  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#need(at, 4);
    this.#vtable = at - view.getInt32(at, true);
    this.#need(this.#vtable, 4);
    this.#need(this.#vtable, view.getUint16(this.#vtable, true));
  }

  /** Returns where a field lies, or null when it is absent. */
  field(index: number, size: number): number | null {
    const slot = 4 + index * 2;
    if (slot + 2 > this.#view.getUint16(this.#vtable, true)) return null;
    const offset = this.#view.getUint16(this.#vtable + slot, true);
    if (offset === 0) return null;
    this.#need(this.#at + offset, size);
    return this.#at + offset;
  }

  byte(index: number): number {
    const at = this.field(index, 1);
    return at === null ? 0 : this.#view.getUint8(at);
  }

  long(index: number): number {
    const at = this.field(index, 8);
    const value = at === null ? 0 : Number(this.#view.getBigInt64(at, true));
    if (value < 0 || !Number.isSafeInteger(value)) throw broken('a length is out of range');
    return value;
  }

  table(index: number): FlatTable | null {
    const at = this.field(index, 4);
    return at === null ? null : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  /** Returns where the elements of a vector begin and how many there are. */
  vector(index: number, elementBytes: number): readonly [number, number] {
    const at = this.field(index, 4);
    if (at === null) return [0, 0];
    const start = at + this.#view.getUint32(at, true);
    this.#need(start, 4);
    const count = this.#view.getUint32(start, true);
    this.#need(start + 4, count * elementBytes);
    return [start + 4, count];
  }

  tables(index: number): readonly FlatTable[] {
    const [start, count] = this.vector(index, 4);
    return Array.from({ length: count }, (_, position) => {
      const at = start + position * 4;
      return new FlatTable(this.#view, at + this.#view.getUint32(at, true));
    });
  }

  #need(at: number, size: number): void {
    if (at < 0 || at + size > this.#view.byteLength) throw broken('a reference leaves the metadata');
  }
}

function checkPairs(pairs: readonly FlatTable[]): void {
  for (const pair of pairs) {
    pair.vector(0, 1);
    pair.vector(1, 1);
  }
}

function checkField(field: FlatTable, depth: number): void {
  if (depth > DEPTH_MAX) throw broken('types nest too deeply');
  field.vector(0, 1);
  field.table(3);
  field.table(4)?.table(1);
  for (const child of field.tables(5)) checkField(child, depth + 1);
  checkPairs(field.tables(6));
}

function checkBatch(batch: FlatTable, view: DataView, bodyBytes: number): void {
  const rows = batch.long(0);
  if (rows > bodyBytes * 8 && rows > 0xffff) throw broken('there are more rows than the body can hold');
  const [nodes, nodeCount] = batch.vector(1, 16);
  for (let index = 0; index < nodeCount; index += 1) {
    const length = Number(view.getBigInt64(nodes + index * 16, true));
    const nullCount = Number(view.getBigInt64(nodes + index * 16 + 8, true));
    if (length < 0 || length > Math.max(bodyBytes * 8, 0xffff) || nullCount < 0 || nullCount > length)
      throw broken('a column length is out of range');
  }
  const [buffers, bufferCount] = batch.vector(2, 16);
  for (let index = 0; index < bufferCount; index += 1) {
    const offset = Number(view.getBigInt64(buffers + index * 16, true));
    const length = Number(view.getBigInt64(buffers + index * 16 + 8, true));
    if (offset < 0 || length < 0 || offset + length > bodyBytes) throw broken('a buffer leaves the body');
  }
  if (batch.table(3) !== null) throw new PlatformError('STORAGE_UNSUPPORTED', 'compressed Arrow streams are not supported');
}

/** Checks that all references, counts and buffer places of a message's metadata are inside of it and its body, and returns the length of
 *  the body. The names and types themselves are left to the reader.
 *  @throws STORAGE_FILE, STORAGE_UNSUPPORTED for compressed bodies
 *  @see Arrow format, Message.fbs and Schema.fbs */
export function checkMessage(metadata: Uint8Array): number {
  const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
  if (view.byteLength < 8) throw broken('it is too short');
  const message = new FlatTable(view, view.getUint32(0, true));
  const header = message.table(2);
  const bodyBytes = message.long(3);
  checkPairs(message.tables(4));
  if (header === null) throw broken('it has no header');
  const kind = message.byte(1);
  if (kind === HEADER_SCHEMA) {
    for (const field of header.tables(1)) checkField(field, 0);
    checkPairs(header.tables(2));
  } else if (kind === HEADER_RECORD_BATCH) checkBatch(header, view, bodyBytes);
  else if (kind === HEADER_DICTIONARY_BATCH) {
    const data = header.table(1);
    if (data === null) throw broken('a dictionary has no data');
    checkBatch(data, view, bodyBytes);
  } else throw broken(`its kind ${String(kind)} is unknown`);
  return bodyBytes;
}
