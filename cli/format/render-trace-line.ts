import type { TraceLine } from '../client/engine-client.ts';

/** UTF-16 units of a body that is shown as it is. */
const BODY_LENGTH_MAX = 160;

/** Returns a message of a trace as a line: when, which query, who says what, how long it took, how large it is, and what it says in short. */
export function renderTraceLine(line: TraceLine): string {
  if ('dropped' in line) return `${String(line.dropped)} messages left out: they came faster than they were read`;
  const { atMs, query, from, message, elapsedMs, bytes, body } = line;
  const time = new Date(atMs).toISOString().slice(11, 23);
  const who = from === 'host' ? 'host -> engine' : 'engine -> host';
  const took = elapsedMs === null ? '' : `${elapsedMs.toFixed(2)} ms`;
  const number = query === null ? '' : `#${String(query)}`;
  const head = [time, number.padEnd(5), who, message.padEnd(11), took.padStart(11), `${bytes.toLocaleString('en')} B`.padStart(12)];
  return `${head.join('  ')}  ${summaryOf(body)}`.trimEnd();
}

function summaryOf(body: unknown): string {
  if (body === null || body === undefined) return '';
  const { plan, kind, splits, rows, bytes } = body as Readonly<Record<string, unknown>>;
  if (isNode(plan)) return planText(plan['root']);
  if (Array.isArray(splits)) return `${String(splits.length)} files, ${String(rows)} rows, ${String(bytes)} bytes`;
  if (kind === 'estimate') return cut(JSON.stringify({ ...body, kind: undefined }));
  return cut(JSON.stringify(body));
}

/** A plan from its root down, such as `limit(filter(scan main.trips))`. */
function planText(node: unknown): string {
  if (!isNode(node)) return '?';
  const { kind, table } = node;
  const inputs = ['input', 'left', 'right'].flatMap((key) => (isNode(node[key]) ? [planText(node[key])] : []));
  const many = Array.isArray(node['inputs']) ? node['inputs'].map(planText) : [];
  const name = isNode(table) ? ` ${String(table['schema'])}.${String(table['name'])}` : '';
  const below = [...inputs, ...many];
  return `${String(kind)}${name}${below.length === 0 ? '' : `(${below.join(', ')})`}`;
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function cut(text: string): string {
  return text.length <= BODY_LENGTH_MAX ? text : `${text.slice(0, BODY_LENGTH_MAX)}...`;
}
