import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../../../sql-gateway/engine/install/plugin-manifest.ts';

const ENGINE = { engine: 'mine', spi: '^1.0.0', statements: ['query'] };

const GOOD = { name: 'my-engine', version: '1.0.0', exports: './index.js', trivium: ENGINE };

const read = (manifest: object, ...paths: readonly string[]): ReturnType<typeof readManifest> =>
  readManifest([
    { path: 'package.json', bytes: Buffer.from(JSON.stringify(manifest)) },
    ...['index.js', ...paths].map((path) => ({ path, bytes: Buffer.alloc(0) })),
  ]);

describe('the package.json of an engine', () => {
  it('says what is in the package', () => {
    expect(read({ ...GOOD, scripts: { postinstall: 'x', test: 'y' } })).toEqual({
      name: 'my-engine',
      version: '1.0.0',
      engine: 'mine',
      spi: '^1.0.0',
      statements: ['query'],
      entry: 'index.js',
      dependencies: [],
      dependenciesFrom: 'none',
      scripts: ['postinstall'],
    });
  });

  it.each([
    [{ exports: { '.': { types: './index.d.ts', default: './index.js' } } }],
    [{ exports: { '.': './index.js' } }],
    [{ exports: { import: './index.js' } }],
    [{ exports: undefined, main: 'index.js' }],
    [{ exports: undefined }],
  ])('names the module by %j', (keys) => {
    expect(read({ ...GOOD, ...keys }).entry).toBe('index.js');
  });

  it('takes dependencies from the package itself or from its lock', () => {
    const needy = { ...GOOD, dependencies: { semver: '^7.0.0' } };
    expect(read(needy, 'node_modules/semver/package.json').dependenciesFrom).toBe('bundled');
    expect(read(needy, 'package-lock.json').dependenciesFrom).toBe('lock');
    expect(() => read(needy)).toThrow(/neither a lock nor/);
  });

  it.each([
    ['no name', { name: undefined }, /'name'/],
    ['no version', { version: 'one' }, /'version'/],
    ['no word about the engine', { trivium: undefined }, /'trivium' must be an object/],
    ['a bad name of the engine', { trivium: { ...ENGINE, engine: 'Mine!' } }, /'trivium.engine'/],
    ['no range', { trivium: { ...ENGINE, spi: 'soon' } }, /'trivium.spi'/],
    ['no statements', { trivium: { ...ENGINE, statements: [] } }, /'trivium.statements'/],
    ['unknown statements', { trivium: { ...ENGINE, statements: ['all'] } }, /'trivium.statements'/],
    ['a module that is not there', { exports: './dist/index.js' }, /'dist\/index.js' is not part/],
    ['a module outside of it', { exports: '../index.js' }, /is not part/],
  ])('with %s is refused', (_, keys, message) => {
    expect(() => read({ ...GOOD, ...keys })).toThrow(message);
  });

  it('for another SPI is refused', () => {
    expect(() => read({ ...GOOD, trivium: { ...ENGINE, spi: '^2.0.0' } })).toThrow(
      expect.objectContaining({ code: 'SPI_VERSION' }) as Error,
    );
  });

  it('must be there', () => {
    expect(() => readManifest([])).toThrow(/no such file/);
  });
});
