import { CONFIG_KEYS, type ConfigKey, environmentName } from '../cli/config/config-keys.ts';

/** Returns the text of `docs/configuration.md`. */
export function renderConfigurationDocs(): string {
  const rows = Object.entries<ConfigKey>(CONFIG_KEYS).map(
    ([name, key]) => `| \`${name}\` | ${key.type} | ${showDefault(key)} | \`${environmentName(name)}\` | ${key.description} |`,
  );
  return `# Configuration

Made by \`npm run docs\` from \`cli/config/config-keys.ts\`.

A value is taken from the first of: flags (\`--set http.port=9000\`, and \`--data\`, \`--host\`, \`--port\`), the environment (\`TRIVIUM_HTTP_PORT=9000\`), the
file (\`--config\`, else \`trivium.yaml\` in the working directory), the default. An unknown key is refused with the nearest one. \`trivium config check\`
checks, \`trivium config show\` shows every value and where it came from; secrets stay hidden.

\`\`\`yaml
http:
  port: 9000
files:
  allowedDirectories: [/srv/exchange]
engines:
  - module: olap            # a built-in engine: olap, batch or stream
  - module: ./my-engine     # a package name, or a path from this file
    config: { }
    host: process           # where the engine runs: in-process (default), worker or process, see docs/spi/hosts.md
    memoryMb: 1024          # what it may use in a worker or process
    network: false          # whether its process may reach the network
functions:
  geo:                      # a namespace, see docs/spi/functions.md
    module: ./geo-functions # a package name, or a path from this file; the other keys are the plugin's own
routes:                     # see docs/routing.md
  - name: nightly
    when: user = 'etl' AND kind = 'write'
    policy: prefer
    engines: [olap]
\`\`\`

Lists in the environment and in \`--set\` are separated by commas. \`engines\` and [\`routes\`](routing.md) stand in the file only; without it olap, batch and stream are loaded.

| key | type | default | environment | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

function showDefault(key: ConfigKey): string {
  if (key.default === null) return 'not set';
  return Array.isArray(key.default) ? 'none' : `\`${String(key.default)}\``;
}
