import {
  type BoundQuery,
  checkCapabilities,
  outputColumns,
  PlatformError,
  type Refusal,
  scansOf,
  type ViewStart,
  walkPlan,
} from '../../spi/index.ts';
import { planDataflow, traceWindows } from './dataflow/index.ts';
import { STREAM_CAPABILITIES } from './stream-capabilities.ts';

/** Returns why a query cannot be kept fresh, or null when it can. */
export function checkView(query: BoundQuery, watermarks: ViewStart['watermarks']): Refusal | null {
  const refuse = (reason: string): Refusal => ({ kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason });
  if (query.parameters.length > 0) return refuse('a view has no parameters');
  if (!query.deterministic) return refuse('a view cannot use functions whose result changes by itself, such as random()');
  const ordered = orderOf(query);
  if (ordered !== null) return refuse(ordered);
  const refusal = checkCapabilities(query, 'view', STREAM_CAPABILITIES) ?? checkWatermarks(query, watermarks);
  if (refusal !== null) return refusal;
  try {
    planDataflow(query.plan, { timeZone: query.session.timeZone }, traceWindows(query.plan, watermarks).aggregates);
    return null;
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
    return { kind: 'refusal', code, reason: message };
  }
}

/** A view's rows are a bag: an order has no meaning, and a limit no answer that stays the same. */
function orderOf({ plan }: BoundQuery): string | null {
  let reason: string | null = null;
  walkPlan(plan.root, {
    node: (node) => {
      if (node.kind === 'sort') reason = 'ORDER BY: the rows of a view have no order';
      if (node.kind === 'limit') reason = 'LIMIT and OFFSET: the rows of a view have no order';
    },
  });
  return reason;
}

function checkWatermarks(query: BoundQuery, watermarks: ViewStart['watermarks']): Refusal | null {
  const scans = scansOf(query.plan.root);
  const wrong = watermarks.findIndex((watermark, position) => {
    const column = scans[position] === undefined ? undefined : outputColumns(scans[position]).find(({ id }) => id === watermark?.columnId);
    return watermark !== null && column?.type.kind !== 'timestamp' && column?.type.kind !== 'timestamptz';
  });
  if (wrong === -1 && watermarks.length === scans.length) return null;
  return { kind: 'refusal', code: 'ENGINE_UNSUPPORTED', reason: 'a watermark is that of a timestamp column of its scan' };
}
