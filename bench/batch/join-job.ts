/** How much a run reads and may use. */
export interface JobSize {
  /** Rows of `facts`. */
  readonly rows: number;
  /** Rows of `parties`, the smaller side of the join. */
  readonly parties: number;
  /** Groups of the job with many; the other has few. */
  readonly groups: number;
}

/** What all processes of a side may use together, and how many threads and executors. Units: bytes. */
export const MEMORY_BYTES = 4 * 2 ** 30;
export const THREADS = 2;

export const FULL_SIZE: JobSize = { rows: 60_000_000, parties: 15_000_000, groups: 7_000_000 };
export const QUICK_SIZE: JobSize = { rows: 6_000_000, parties: 1_500_000, groups: 700_000 };

/** Files that `facts` is written in. */
const PARTS = 12;

/** Statements that make the tables: large factors that no size divides spread the keys evenly, without order. */
export function tableStatements({ rows, parties, groups }: JobSize): readonly string[] {
  const party = `CREATE TABLE parties AS SELECT n AS party, CAST(n * 7919 % 97 AS integer) AS region FROM generate_series(0, ${String(parties - 1)}) AS s(n)`;
  const facts = Array.from({ length: PARTS }, (_, part) => {
    const [first, last] = [Math.round((rows * part) / PARTS), Math.round((rows * (part + 1)) / PARTS) - 1];
    const select = `SELECT n * 48271 % ${String(parties)} AS party, n * 69621 % ${String(groups)} AS customer, CAST(n % 365 AS integer) AS day,
        CAST(n * 16807 % 100003 AS bigint) AS amount FROM generate_series(${String(first)}, ${String(last)}) AS s(n)`;
    return part === 0 ? `CREATE TABLE facts AS ${select}` : `INSERT INTO facts ${select}`;
  });
  return [party, ...facts];
}

/** A job's query: plain SQL that DuckDB and Spark run too. */
export interface JoinJob {
  readonly id: string;
  readonly select: string;
}

const joined = (key: string): string =>
  `SELECT ${key}, count(*) AS facts, sum(f.amount) AS amount, max(f.day) AS newest FROM facts AS f JOIN parties AS p ON f.party = p.party GROUP BY ${key}`;

export const FEW_GROUPS: JoinJob = { id: 'few-groups', select: joined('p.region') };
export const MANY_GROUPS: JoinJob = { id: 'many-groups', select: joined('f.customer') };
