/** Tables that are always written in pairs, by one transaction: registers hold one element, lists take elements and lose none. */
export const PAIRS = [
  ['r0', 'r1'],
  ['r2', 'r3'],
  ['l0', 'l1'],
  ['l2', 'l3'],
] as const;

/** All tables of the pairs. */
export const PAIRED_TABLES: readonly string[] = PAIRS.flat();

/** The table that all processes append to without transactions. */
export const SINGLE_TABLE = 'one';

/** What a transaction did. Units: nanoseconds of the machine's monotonic clock, as decimal text. */
export interface TransactionEvent {
  readonly process: number;
  /** The element that it wrote; null for one that only read. */
  readonly element: string | null;
  readonly wrote: readonly string[];
  /** Elements of each table that it read. */
  readonly reads: Readonly<Record<string, readonly string[]>>;
  readonly begunAt: string;
  readonly endedAt: string;
  readonly outcome: 'committed' | 'conflict';
}

/** What the processes did, and what is there in the end. */
export interface History {
  readonly transactions: readonly TransactionEvent[];
  /** Elements whose append to the single table was acknowledged. */
  readonly appended: readonly string[];
  /** Elements by table, as often as they are there. */
  readonly final: Readonly<Record<string, readonly string[]>>;
  /** Errors other than conflicts. */
  readonly failures: readonly string[];
}
