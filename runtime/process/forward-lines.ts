import type { Readable } from 'node:stream';

/** Units: lines of one process that are logged in a second; more are counted only. */
const LINES_PER_SECOND = 100;

/** Units: bytes of output that are read in a second; whoever writes more waits. */
const BYTES_PER_SECOND = 2 ** 20;

/** Units: UTF-16 units of a line that are kept. */
const LINE_LENGTH_MAX = 8192;

const SECOND_MS = 1000;

/** Hands on the lines of a process's output.
 *  Guarantees: a flood costs the reader little: of more lines than can be logged the number is told, and output beyond a rate is left in the
 *  pipe, so that its writer waits. */
export function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  const lines = new LineSplitter(onLine);
  let secondFromMs = performance.now();
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    const passedMs = performance.now() - secondFromMs;
    if (passedMs >= SECOND_MS) {
      secondFromMs += passedMs;
      bytes = 0;
      lines.nextSecond();
    }
    bytes += chunk.length;
    lines.push(chunk.toString());
    if (bytes < BYTES_PER_SECOND) return;
    stream.pause();
    setTimeout(() => stream.resume(), Math.max(1, SECOND_MS - passedMs));
  });
  stream.on('end', () => {
    lines.end();
  });
  stream.on('error', () => {
    // The pipe broke with its process, whose end is told elsewhere.
  });
}

class LineSplitter {
  readonly #onLine: (line: string) => void;
  #partial = '';
  #lines = 0;
  #dropped = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#keep(text, from, end);
      from = end + 1;
      this.#take();
    }
    this.#keep(text, from, text.length);
  }

  nextSecond(): void {
    this.#lines = 0;
    if (this.#dropped === 0) return;
    this.#onLine(`(${this.#dropped} lines were left out: more than ${LINES_PER_SECOND} in a second)`);
    this.#dropped = 0;
  }

  end(): void {
    if (this.#partial !== '') this.#take();
    this.nextSecond();
  }

  #keep(text: string, from: number, to: number): void {
    const room = LINE_LENGTH_MAX - this.#partial.length;
    if (room > 0 && to > from) this.#partial += text.slice(from, Math.min(to, from + room));
  }

  #take(): void {
    const line = this.#partial.endsWith('\r') ? this.#partial.slice(0, -1) : this.#partial;
    this.#partial = '';
    this.#lines += 1;
    if (this.#lines <= LINES_PER_SECOND) this.#onLine(line);
    else this.#dropped += 1;
  }
}
