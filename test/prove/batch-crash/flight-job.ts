/** Tables that jobs read, made from nothing but numbers; the rows are the same each time. */
export function sourceTables(flights: number): readonly string[] {
  return [
    `CREATE TABLE airports AS
       SELECT CAST(n AS integer) AS airport, CAST(n * 7919 % 50 AS integer) AS region FROM generate_series(0, 299) AS s(n)`,
    // A file for each part, so that tasks read whole files and pieces of files.
    ...[0, 1, 2].map((part) => {
      const [first, last] = [Math.round((flights * part) / 3), Math.round((flights * (part + 1)) / 3) - 1];
      const select = `SELECT n AS id, CAST(n * 7919 % 300 AS integer) AS origin, CAST(n * 104729 % 1009 % 300 AS integer) AS destination,
           CAST(n * 31 % 1440 - 60 AS integer) AS delay, CAST(n * 613 % 4000 AS integer) AS distance, CAST(n % 365 AS integer) AS day
         FROM generate_series(${String(first)}, ${String(last)}) AS s(n)`;
      return part === 0 ? `CREATE TABLE flights AS ${select}` : `INSERT INTO flights ${select}`;
    }),
  ];
}

/** A step of a job, and the steps that it waits for. */
export interface FlightStep {
  readonly name: string;
  readonly needs: readonly string[];
  readonly sql: string;
}

const step = (name: string, needs: readonly string[], sql: string): FlightStep => ({ name, needs, sql });

/** Twelve steps over the source tables: each kind of statement that writes rows, with joins of two large sides, groupings, windows and DISTINCT. */
export const FLIGHT_STEPS: readonly FlightStep[] = [
  step(
    'legs',
    [],
    `CREATE TABLE legs AS SELECT f.id, f.origin, f.destination, f.delay, f.distance, f.day, a.region
       FROM main.flights AS f JOIN main.airports AS a ON f.origin = a.airport WHERE f.distance > 100`,
  ),
  step(
    'routes',
    [],
    `CREATE TABLE routes AS SELECT origin, destination, count(*) AS flights, sum(CAST(delay AS bigint)) AS delay, max(distance) AS distance
       FROM main.flights GROUP BY origin, destination`,
  ),
  step('days', [], `CREATE TABLE days (day integer, region integer, flights bigint, delay bigint) PARTITIONED BY (region)`),
  step(
    'fill-days',
    ['legs', 'days'],
    `INSERT INTO days SELECT day, region % 4, count(*), sum(CAST(delay AS bigint)) FROM legs GROUP BY day, region % 4`,
  ),
  step(
    'pairs',
    ['legs'],
    `CREATE TABLE pairs AS SELECT a.origin, b.destination, count(*) AS flights, sum(CAST(b.delay AS bigint)) AS delay, max(a.distance) AS distance
       FROM legs AS a JOIN legs AS b ON a.id = b.id * 3 GROUP BY a.origin, b.destination`,
  ),
  step('add-pairs', ['routes', 'pairs'], `INSERT INTO routes SELECT origin, destination + 1000, flights, delay, distance FROM pairs`),
  step(
    'merge-pairs',
    ['add-pairs'],
    `MERGE INTO routes AS r USING pairs AS p ON r.origin = p.origin AND r.destination = p.destination
       WHEN MATCHED AND p.flights % 7 = 0 THEN DELETE
       WHEN MATCHED THEN UPDATE SET flights = r.flights + p.flights
       WHEN NOT MATCHED THEN INSERT (origin, destination, flights, delay, distance) VALUES (p.origin, p.destination, p.flights, p.delay, p.distance)`,
  ),
  step('delete-late', ['fill-days', 'pairs'], `DELETE FROM legs WHERE delay > 1000`),
  step(
    'ranks',
    ['delete-late'],
    `CREATE TABLE ranks AS SELECT id, origin, place FROM (
       SELECT id, origin, row_number() OVER (PARTITION BY origin ORDER BY delay, id) AS place FROM legs) AS ranked WHERE place <= 500`,
  ),
  step(
    'overwrite-days',
    ['delete-late'],
    `INSERT OVERWRITE days SELECT day, region % 4, count(*), sum(CAST(delay AS bigint)) FROM legs WHERE day < 200 GROUP BY day, region % 4`,
  ),
  step('seen', ['delete-late'], `CREATE TABLE seen AS SELECT DISTINCT origin, destination, day FROM legs`),
  step(
    'totals',
    ['merge-pairs', 'ranks', 'overwrite-days', 'seen'],
    `CREATE TABLE totals AS SELECT r.origin, count(*) AS routes, sum(r.flights) AS flights, max(k.place) AS places
       FROM routes AS r JOIN ranks AS k ON r.origin = k.origin GROUP BY r.origin`,
  ),
];

/** The tables that the steps write, with how many snapshots each has when every commit was made once. */
export const WRITTEN_TABLES: Readonly<Record<string, number>> = { legs: 2, routes: 3, days: 2, pairs: 1, ranks: 1, seen: 1, totals: 1 };
