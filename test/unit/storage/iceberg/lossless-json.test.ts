import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonValue, parseLosslessJson, printLosslessJson } from '../../../../storage/iceberg/json/lossless-json.ts';

const parse = (text: string): JsonValue => parseLosslessJson(text, 'The text');

describe('lossless JSON', () => {
  it('keeps integers that a double cannot hold', () => {
    expect(parse('{"a":9223372036854775807,"b":[-9223372036854775808,9007199254740992],"c":9007199254740991}')).toEqual({
      a: 9223372036854775807n,
      b: [-9223372036854775808n, 9007199254740992n],
      c: 9007199254740991,
    });
  });

  it('leaves long fractions, exponents and digits in strings alone', () => {
    const text = '[0.12345678901234567890,1234567890123456.5,1e+1234567890123456789,"1234567890123456789","a\\"12345678901234567,"]';
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('does not take a string that looks like its own mark for a number', () => {
    for (const value of ['\u0000big:12', '\u0000str:x', '"\u0000big:12"', ',"\u0000str:'] as const) {
      expect(parse(printLosslessJson([value, { [value]: value }]))).toEqual([value, { [value]: value }]);
    }
  });

  it('finds numbers whatever strings look like beside them', () => {
    const text =
      '{"a":12345678901234567890,"b":", 12345678901234567890, ","c":["[12345678901234567890]"],"d: 1":[ 12345678901234567890 ,1]}';
    const long = 12345678901234567890n;
    expect(parse(text)).toEqual({ a: long, b: ', 12345678901234567890, ', c: ['[12345678901234567890]'], 'd: 1': [long, 1] });
  });

  it('names the document that is no JSON', () => {
    expect(() => parse('{"a":')).toThrow(/^The text is not JSON/);
  });

  it('gives back what was printed', () => {
    const long = fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        fc.constant(null),
        fc.boolean(),
        long,
        fc.string({ unit: 'binary' }),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('node'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).node;
    fc.assert(
      fc.property(value, (json) => {
        fc.pre(!JSON.stringify(json, (_key, part: unknown) => (typeof part === 'bigint' ? 0 : part)).includes('__proto__'));
        expect(parse(printLosslessJson(json as JsonValue))).toEqual(json);
      }),
    );
  });
});
