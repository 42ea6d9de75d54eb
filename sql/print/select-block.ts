/** A SELECT whose list of columns is still open: what each column reads as stands in `PrintContext.columnSql`. */
export interface SelectBlock {
  /** Definitions of the WITH clause. */
  readonly with: readonly string[];
  readonly recursive: boolean;
  /** The FROM clause; empty when there is none. */
  readonly from: string;
  /** True when the FROM clause is a join, which needs parentheses on the right side of another. */
  readonly joined: boolean;
  /** Conditions, all of which must hold. */
  readonly where: readonly string[];
  /** Keys of the ORDER BY clause. */
  readonly order: readonly string[];
  readonly limit: string | null;
  readonly offset: string | null;
  /** Ids of the columns put out, in order. */
  readonly outputs: readonly number[];
  /** True when every output reads as a plain column of `from`; false when some still have to be computed in the list. */
  readonly plain: boolean;
}

/** Returns a block over a FROM clause. */
export function fromBlock(from: string, outputs: readonly number[]): SelectBlock {
  return { with: [], recursive: false, from, joined: false, where: [], order: [], limit: null, offset: null, outputs, plain: true };
}

/** Returns whether rows were cut off, so that nothing but the list of columns may be added to the block. */
export function isLimited(block: SelectBlock): boolean {
  return block.limit !== null || block.offset !== null;
}

/** Returns the text of a block with the given list of columns. */
export function renderSelect(block: SelectBlock, items: readonly string[], quantifier = ''): string {
  const list = items.length === 0 ? '1 AS one' : items.join(', ');
  return [
    block.with.length === 0 ? '' : `WITH ${block.recursive ? 'RECURSIVE ' : ''}${block.with.join(', ')} `,
    `SELECT ${quantifier}${list}`,
    block.from === '' ? '' : ` FROM ${block.from}`,
    block.where.length === 0 ? '' : ` WHERE ${block.where.join(' AND ')}`,
    block.order.length === 0 ? '' : ` ORDER BY ${block.order.join(', ')}`,
    block.limit === null ? '' : ` LIMIT ${block.limit}`,
    block.offset === null ? '' : ` OFFSET ${block.offset}`,
  ].join('');
}
