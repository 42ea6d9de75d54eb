/** Six aggregates over the flights, in SQL that DuckDB and Trivium read alike. */
export const FLIGHT_AGGREGATES: Readonly<Record<string, string>> = {
  'count-and-delay-by-route':
    'SELECT origin, destination, count(*) AS flights, avg(delay) AS average_delay FROM flights GROUP BY origin, destination',
  'p99-delay-by-day': 'SELECT CAST(date AS date) AS day, quantile_cont(delay, 0.99) AS p99_delay FROM flights GROUP BY CAST(date AS date)',
  'destinations-by-origin-and-month':
    'SELECT origin, extract(month FROM date) AS month, count(DISTINCT destination) AS destinations FROM flights GROUP BY origin, extract(month FROM date)',
  'flights-by-state':
    'SELECT a.state, count(*) AS flights, avg(f.delay) AS average_delay FROM flights f JOIN airports a ON a.iata = f.origin GROUP BY a.state',
  'top-3-delays-by-origin':
    'SELECT origin, destination, date, delay FROM (SELECT origin, destination, date, delay, row_number() OVER (PARTITION BY origin ORDER BY delay DESC, date, destination) AS place FROM flights) AS ranked WHERE place <= 3',
  'running-total-by-day-and-origin':
    'SELECT day, origin, flights, sum(flights) OVER (PARTITION BY origin ORDER BY day) AS running_total FROM (SELECT CAST(date AS date) AS day, origin, count(*) AS flights FROM flights GROUP BY CAST(date AS date), origin) AS daily',
};
