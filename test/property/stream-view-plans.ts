import { type Expression, outputColumns, type PlanNode, type ScanNode, type ScanWatermark } from '../../spi/index.ts';
import { BIGINT, call, col, lit, type as typed } from '../support/plan-builder.ts';
import { PlanMaker } from './stream-plans.ts';
import { pick, type Random, TABLE_COLUMNS } from './stream-tables.ts';

const TIMESTAMP = typed('timestamp');

/** Position of the time of the event in the test tables. */
export const EVENT_AT = TABLE_COLUMNS.findIndex(([name]) => name === 'at');

/** A query over windows of event time. */
export interface WindowPlan {
  readonly root: PlanNode;
  /** By scan, in the order of the plan. */
  readonly watermarks: readonly (ScanWatermark | null)[];
  /** Width of the windows that are closed; null when no window can be. Units: seconds. */
  readonly closedSizeS: number | null;
}

/** Returns a random query that groups by tumbling windows, over scans that have a watermark or not, below other nodes. */
export function windowPlan(random: Random): WindowPlan {
  const maker = new PlanMaker(random);
  const sizeS = pick(random, [7, 10, 60]);
  const scans: ScanNode[] = [];
  const watermarked: boolean[] = [];
  const source = (): { node: PlanNode; at: number } => {
    const node = maker.scan();
    scans.push(node);
    watermarked.push(random() < 0.85);
    const shaped = maker.reshaped(node, [node.columns[EVENT_AT]?.id ?? -1]);
    return { node: shaped.node, at: shaped.kept[0] ?? -1 };
  };
  const first = source();
  let { node } = first;
  let at = first.at;
  const below = pick(random, ['scan', 'scan', 'scan', 'union', 'join'] as const);
  if (below === 'union') {
    node = maker.united(narrow(node, at), narrow(...asPair(source())));
    at = outputColumns(node)[0]?.id ?? -1;
  }
  const inputs = scans.length;
  if (below === 'join') {
    const other = source();
    const joined = maker.joined(node, other.node);
    if (joined === node) {
      scans.pop();
      watermarked.pop();
    }
    node = joined;
  }
  const isJoined = below === 'join' && scans.length > inputs;
  const edge = (name: string): Expression => call(name, [col(at, TIMESTAMP), lit(String(sizeS * 1e6), BIGINT)], TIMESTAMP);
  const edges = pick(random, [['tumble_start'], ['tumble_end'], ['tumble_start', 'tumble_end']]).map(edge);
  node = maker.grouped(node, edges);
  const window = outputColumns(node)[0]?.id ?? -1;
  const above = maker.reshaped(node, [window]);
  const top = pick(random, ['none', 'none', 'group', 'all'] as const);
  if (top === 'group') node = maker.grouped(above.node, [col(above.kept[0] ?? -1, TIMESTAMP)]);
  else if (top === 'all') node = maker.grouped(above.node, []);
  else node = above.node;
  return {
    root: node,
    watermarks: scans.map((scan, index) =>
      watermarked[index] === true ? { columnId: scan.columns[EVENT_AT]?.id ?? -1, delayUs: pick(random, [0, 5e6, 12_345_678]) } : null,
    ),
    closedSizeS: !isJoined && watermarked.every(Boolean) ? sizeS : null,
  };
}

const asPair = ({ node, at }: { node: PlanNode; at: number }): [PlanNode, number] => [node, at];

/** Leaves the time of the event, so that the sides of a union have equal columns. */
function narrow(node: PlanNode, at: number): PlanNode {
  return {
    kind: 'project',
    input: node,
    columns: [{ id: at + 5000, name: 'at', type: TIMESTAMP, nullable: true, expression: col(at, TIMESTAMP) }],
  };
}
