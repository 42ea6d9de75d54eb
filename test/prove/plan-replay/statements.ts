/** Statements that are recorded, by name: together they use every node of the algebra. DuckDB takes the same text. */
export const REPLAYED_STATEMENTS: Readonly<Record<string, string>> = {
  'scan-filter': "SELECT id, name FROM customers WHERE region = 'north' AND active AND name IS NOT NULL ORDER BY id",
  'join-group': `SELECT c.region, count(*), sum(o.amount), avg(o.amount), min(o.ordered_on), count(DISTINCT o.customer_id)
    FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.region ORDER BY c.region`,
  'left-join-null': 'SELECT count(*) FROM orders o LEFT JOIN customers c ON c.id = o.customer_id AND c.active WHERE c.id IS NULL',
  'full-join': `SELECT count(*), count(a.id), count(b.customer_id) FROM (SELECT id FROM customers WHERE id < 40) a
    FULL JOIN (SELECT DISTINCT customer_id FROM orders WHERE customer_id > 20) b ON a.id = b.customer_id`,
  'using-join':
    'SELECT product, count(*) FROM prices JOIN (SELECT DISTINCT product FROM prices WHERE price > 40) p USING (product) GROUP BY product ORDER BY product',
  'grouping-sets': `SELECT region, active, grouping(region, active) AS g, count(*) FROM customers
    GROUP BY GROUPING SETS ((region, active), (region), ()) ORDER BY g, region, active`,
  rollup:
    'SELECT extract(year FROM ordered_on) AS y, extract(month FROM ordered_on) AS m, sum(amount) FROM orders GROUP BY ROLLUP (1, 2) ORDER BY 1 NULLS LAST, 2 NULLS LAST',
  having:
    'SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id HAVING sum(amount) > 5000 ORDER BY total DESC, customer_id LIMIT 10',
  window: `SELECT id, customer_id, sum(amount) OVER (PARTITION BY customer_id ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS running,
    rank() OVER (ORDER BY amount DESC NULLS LAST, id) AS place FROM orders ORDER BY id LIMIT 50`,
  qualify:
    'SELECT customer_id, id FROM orders QUALIFY row_number() OVER (PARTITION BY customer_id ORDER BY amount DESC NULLS LAST, id) = 1 ORDER BY customer_id',
  'distinct-on': 'SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, placed_at DESC, id',
  'set-operations':
    'SELECT id FROM customers WHERE id < 30 UNION SELECT customer_id FROM orders EXCEPT SELECT id FROM customers WHERE active ORDER BY 1',
  intersect: 'SELECT name FROM customers WHERE active INTERSECT SELECT name FROM customers WHERE NOT active ORDER BY name NULLS LAST',
  'common-table': `WITH totals AS (SELECT customer_id, sum(amount) AS total FROM orders GROUP BY customer_id)
    SELECT count(*) FROM totals a JOIN totals b ON a.total < b.total WHERE a.customer_id < 10`,
  recursive:
    'WITH RECURSIVE r(n, f) AS (SELECT 1, 1 UNION ALL SELECT n + 1, f * (n + 1) FROM r WHERE n < 10) SELECT n, f FROM r ORDER BY n',
  correlated: `SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.amount > 500) AS n FROM customers c
    WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) ORDER BY id LIMIT 40`,
  'in-subquery': 'SELECT count(*) FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE amount > 100)',
  quantified: 'SELECT count(*) FROM orders WHERE amount >= ALL (SELECT price FROM prices)',
  lateral: `SELECT c.id, t.id AS o FROM customers c, LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id ORDER BY o.id DESC LIMIT 2) t
    WHERE c.id < 20 ORDER BY 1, 2`,
  unnest: 'SELECT c.id, u.x FROM customers c, unnest([c.id, c.id * 2]) AS u(x) WHERE c.id < 10 ORDER BY 1, 2',
  series: 'SELECT s.n, count(o.id) FROM generate_series(0, 5) AS s(n) LEFT JOIN orders o ON o.customer_id = s.n GROUP BY s.n ORDER BY s.n',
  'case-and-cast': `SELECT CASE WHEN amount IS NULL THEN 'none' WHEN amount < 100 THEN 'small' ELSE 'large' END AS size, count(*), sum(CAST(weight AS DECIMAL(10,3)))
    FROM orders GROUP BY 1 ORDER BY 1`,
  text: `SELECT upper(substring(name, 1, 4)) AS head, length(name) AS n, name LIKE '%1%' AS has_one, coalesce(name, 'it''s none') AS shown
    FROM customers ORDER BY id LIMIT 30`,
  time: `SELECT date_trunc('month', placed_at) AS month, count(*), max(ordered_on + INTERVAL '1 month') FROM orders
    WHERE placed_at >= TIMESTAMP '2020-06-01 00:00:00' GROUP BY 1 ORDER BY 1`,
  'asof-join': `SELECT o.id, p.price FROM (SELECT id, ordered_on, (id % 20)::INTEGER AS product FROM orders WHERE id < 100) o
    ASOF JOIN prices p ON o.product = p.product AND o.ordered_on >= p.valid_from ORDER BY o.id, p.price`,
  values: "SELECT v.a, v.b FROM (VALUES (1, 'x'), (2, NULL), (NULL, 'z')) AS v(a, b) ORDER BY v.a NULLS FIRST OFFSET 1",
};
