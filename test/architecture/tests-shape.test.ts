import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, ROOT, textOf } from './repository.ts';

const SWITCHED_OFF = /\b(test|it|describe|suite)\.(skip|only|todo|fails)\b|\b(xit|xdescribe|fit|fdescribe)\(/;
const MOCK = /\bvi\.(mock|doMock|stubGlobal)\b/;

const tests = filesOf(['test'], '.test.ts').filter((path) => !path.startsWith('test/architecture/'));

describe('every test file', () => {
  test('runs all of its tests', () => {
    expect(tests.filter((path) => SWITCHED_OFF.test(textOf(path)))).toEqual([]);
  });

  test('stands on real code, not on mocks', () => {
    expect(tests.filter((path) => MOCK.test(textOf(path)))).toEqual([]);
  });

  test('of a unit lies where its folder of the product lies', () => {
    const units = tests.filter((path) => path.startsWith('test/unit/'));
    expect(units.filter((path) => !existsSync(join(ROOT, dirname(path.replace('test/unit/', '')))))).toEqual([]);
  });

  test('would be reported when it is switched off or mocks (mutant)', () => {
    expect(SWITCHED_OFF.test("test.skip('later', () => {})")).toBe(true);
    expect(MOCK.test("vi.mock('../storage/index.ts')")).toBe(true);
  });
});
