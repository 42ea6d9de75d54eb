import type { ListedEngine } from '../client/engine-client.ts';
import { renderTable } from './render-table.ts';

const COLUMNS = ['engine', 'version', 'state', 'ready', 'running', 'statements', 'details', 'functions'];

/** Returns the engines of a server as a table. */
export function renderEngines(engines: readonly ListedEngine[], layout: { readonly widthMax: number }): readonly string[] {
  const columns = COLUMNS.map((name) => ({ name, align: 'left' as const }));
  const rows = engines.map(({ name, version, state, health, running, capabilities, reason }) => [
    name,
    version,
    state,
    health.ready ? 'yes' : 'no',
    String(running),
    capabilities?.statements.join(', ') ?? '',
    reason ??
      Object.entries(health.details)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(' '),
    capabilities?.functions === 'all' ? 'all' : (capabilities?.functions.join(' ') ?? ''),
  ]);
  return renderTable(columns, rows, layout);
}
