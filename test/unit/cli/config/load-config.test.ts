import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigInputs, loadConfig } from '../../../../cli/config/load-config.ts';
import { PlatformError } from '../../../../spi/index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trivium-config-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const inputs = (over: Partial<ConfigInputs> = {}): ConfigInputs => ({
  file: null,
  environment: {},
  flags: [],
  workingDirectory: directory,
  ...over,
});
const writeConfig = (text: string): void => {
  writeFileSync(join(directory, 'trivium.yaml'), text);
};
const failure = (over: Partial<ConfigInputs>): PlatformError => {
  try {
    loadConfig(inputs(over));
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new PlatformError('INTERNAL_INVARIANT', 'the configuration was accepted');
};

describe('loadConfig', () => {
  it('works without any file: the embedded engine and a data directory under the working directory', () => {
    const { config, file } = loadConfig(inputs());
    expect(file).toBeNull();
    expect(config.engines.map((entry) => entry.module)).toEqual(['olap', 'batch', 'stream']);
    expect(config.data.directory).toBe(join(directory, 'trivium-data'));
    expect(config.http.host).toBe('127.0.0.1');
  });

  it('takes flags over the environment, the environment over the file, the file over defaults', () => {
    writeConfig('http:\n  port: 1\n  host: 10.0.0.1\nlimits:\n  queuedQueries: 3\n');
    const { config, origins } = loadConfig(
      inputs({ environment: { TRIVIUM_HTTP_PORT: '2', TRIVIUM_HTTP_HOST: '10.0.0.2' }, flags: ['http.port=3'] }),
    );
    expect(config.http.port).toBe(3);
    expect(config.http.host).toBe('10.0.0.2');
    expect(config.limits.queuedQueries).toBe(3);
    expect(origins).toMatchObject({
      'http.port': 'flag',
      'http.host': 'environment',
      'limits.queuedQueries': 'file',
      'log.level': 'default',
    });
  });

  it('refuses an unknown key with the nearest one, wherever it stands', () => {
    writeConfig('http:\n  prot: 1\n');
    expect(failure({}).message).toContain("unknown key 'http.prot' (did you mean 'http.port'?)");
    writeConfig('');
    expect(failure({ flags: ['http.hots=x'] }).message).toContain("did you mean 'http.host'?");
    expect(failure({ environment: { TRIVIUM_HTTP_PORTS: '1' } }).message).toContain('TRIVIUM_HTTP_PORT');
  });

  it('refuses values of the wrong form and says where they came from', () => {
    expect(failure({ environment: { TRIVIUM_HTTP_PORT: 'many' } }).message).toBe(
      'TRIVIUM_HTTP_PORT: http.port must be a whole number, found "many"',
    );
    expect(failure({ flags: ['http.port=70000'] }).message).toContain('must be from 0 to 65535');
    expect(failure({ flags: ['routing.shadowShare=much'] }).message).toContain('must be a number');
    expect(failure({ flags: ['routing.shadowShare=1.5'] }).message).toContain('must be from 0 to 1');
    expect(loadConfig(inputs({ flags: ['routing.shadowShare=0.25'] })).config.routing).toEqual({ shadowShare: 0.25 });
    expect(failure({ flags: ['auth.mode=open'] }).message).toContain('must be one of token, none');
  });

  it('never repeats a secret', () => {
    writeConfig('auth:\n  token: [s3cret]\n');
    expect(failure({}).message).not.toContain('s3cret');
  });

  it('resolves engine paths against the file and leaves package names alone', () => {
    writeConfig('engines:\n  - module: olap\n  - module: ./my-engine/index.js\n    config: { depth: 2 }\n');
    expect(loadConfig(inputs()).config.engines).toEqual([
      { module: 'olap', config: {}, host: 'in-process' },
      { module: join(directory, 'my-engine/index.js'), config: { depth: 2 }, host: 'in-process' },
    ]);
  });

  it('refuses an unknown kind of host with the nearest one', () => {
    writeConfig('engines:\n  - module: olap\n    host: in-proces\n');
    expect(failure({})).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(failure({}).message).toMatch(/engines\[0\]\.host must be one of .*did you mean 'in-process'/);
  });

  it('says which file is missing when one is named', () => {
    expect(failure({ file: 'nowhere.yaml' }).message).toContain(join(directory, 'nowhere.yaml'));
  });

  it('reads routing rules in their order, and refuses an unknown key of one', () => {
    writeConfig("routes:\n  - name: a\n    when: user = 'etl'\n    policy: strict\n    engines: [olap]\n  - name: b\n    policy: any\n");
    expect(loadConfig(inputs()).config.routes.map(({ name }) => name)).toEqual(['a', 'b']);
    writeConfig('routes:\n  - name: a\n    polcy: any\n');
    expect(failure({}).message).toMatch(/routes\[0\]\.polcy.*did you mean 'routes\[0\]\.policy'/);
    writeConfig('routes: none\n');
    expect(failure({}).message).toMatch(/'routes' must be a list/);
  });
});
