/** A join of the outside table `customers` with the stored table `orders`. */
export interface MeasuredJoin {
  readonly id: string;
  /** Returns the statement over a table of customers. */
  sql(customers: string): string;
  /** The rows of PostgreSQL that the answer depends on. */
  readonly needed: string;
  /** False for what is told and has no target. */
  readonly judged: boolean;
}

/** The joins, from few rows of PostgreSQL to all. */
export const JOINS: readonly MeasuredJoin[] = [
  {
    id: 'join-filtered',
    sql: (customers) =>
      `SELECT /*+ NO_CACHE */ c.city, count(*), sum(o.amount) FROM ${customers} c JOIN orders o ON o.customer = c.id WHERE c.segment = 7 GROUP BY c.city ORDER BY c.city`,
    needed: 'SELECT id, city FROM public.customers WHERE segment = 7',
    judged: true,
  },
  {
    id: 'join-all',
    sql: (customers) =>
      `SELECT /*+ NO_CACHE */ c.city, count(*), sum(o.amount) FROM ${customers} c JOIN orders o ON o.customer = c.id GROUP BY c.city ORDER BY c.city`,
    needed: 'SELECT id, city FROM public.customers',
    judged: true,
  },
  {
    id: 'join-few-orders',
    sql: (customers) =>
      `SELECT /*+ NO_CACHE */ c.city, count(*), sum(o.amount) FROM ${customers} c JOIN orders o ON o.customer = c.id WHERE o.id <= 1000 GROUP BY c.city ORDER BY c.city`,
    needed: 'SELECT id, city FROM public.customers LIMIT 1000',
    judged: true,
  },
];
