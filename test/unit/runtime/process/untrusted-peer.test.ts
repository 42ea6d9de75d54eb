import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { PeerBudget, type PeerLimits } from '../../../../runtime/process/peer-budget.ts';
import { forwardLines } from '../../../../runtime/process/forward-lines.ts';

const LIMITS: PeerLimits = { messagesPerSecond: 3, bytesPerSecond: 10, openCalls: 2 };

describe('a peer that is not trusted', () => {
  test('may send up to its limits in each second', () => {
    let nowMs = 1000;
    const budget = new PeerBudget(LIMITS, () => nowMs);
    for (let second = 0; second < 3; second += 1) {
      for (let message = 0; message < 3; message += 1) budget.take(3);
      nowMs += 1000;
    }
    budget.checkOpen(2);
  });

  test('is noticed when it sends more messages, more bytes or more calls', () => {
    const messages = new PeerBudget(LIMITS, () => 1000);
    for (let message = 0; message < 3; message += 1) messages.take(0);
    expect(() => {
      messages.take(0);
    }).toThrow(/messages in a second/);
    expect(() => {
      new PeerBudget(LIMITS, () => 1000).take(11);
    }).toThrow(/bytes in a second/);
    expect(() => {
      new PeerBudget(LIMITS).checkOpen(3);
    }).toThrow(/calls at once/);
  });
});

describe('the output of a process', () => {
  const collect = async (write: (output: PassThrough) => void): Promise<string[]> => {
    const output = new PassThrough();
    const lines: string[] = [];
    forwardLines(output, (line) => lines.push(line));
    write(output);
    const ended = new Promise((resolve) => output.once('end', resolve));
    output.end();
    await ended;
    return lines;
  };

  test('is handed on line by line, however it is cut', async () => {
    const lines = await collect((output) => {
      for (const part of ['a', 'b\nc', '\r\n', 'last']) output.write(part);
    });
    expect(lines).toEqual(['ab', 'c', 'last']);
  });

  test('of a flood the first lines are handed on, and the number of the others', async () => {
    const lines = await collect((output) => output.write('line\n'.repeat(1000)));
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toBe('(900 lines were left out: more than 100 in a second)');
  });

  test('of a line without an end a part is kept', async () => {
    const [line] = await collect((output) => output.write('x'.repeat(100_000)));
    expect(line).toHaveLength(8192);
  });
});
