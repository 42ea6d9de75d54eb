/** A table of values on which databases differ: NaN, NULL, case, accents, padding, instants, numbers of 38 digits. */
export const VALUES_DDL = `
CREATE TABLE public.odd (
  id bigint PRIMARY KEY, small smallint, whole integer NOT NULL, real4 real, real8 double precision, exact38 numeric(38,10), money numeric(10,2),
  flag boolean, day date, clock time, moment timestamp, instant timestamptz, label varchar(20), padded char(6), words text, bytes bytea, key uuid, doc jsonb,
  anything numeric, list integer[]);
INSERT INTO public.odd
SELECT n, (n % 100 - 50)::smallint, (n * 7919 % 1000)::int, (n % 17) / 4.0::real,
  CASE n % 7 WHEN 0 THEN 'NaN'::float8 WHEN 1 THEN '-0'::float8 WHEN 2 THEN 'Infinity'::float8 ELSE n / 3.0 END,
  (n * 1234567890123456789.0123456789)::numeric(38,10) * (CASE WHEN n % 2 = 0 THEN 1 ELSE -1 END), (n % 1000) / 8.0,
  CASE n % 3 WHEN 0 THEN true WHEN 1 THEN false END, date '1999-12-30' + (n % 5)::int, time '23:59:59.999999' - (n % 100) * interval '1 second',
  timestamp '2000-01-01' - n * interval '1 microsecond', timestamptz '2024-03-31 01:59:59+01' + (n % 7) * interval '30 minutes',
  (ARRAY['a','B','b','A','Z','z','ä','Ä',' a','a ','', NULL])[1 + n % 12], (ARRAY['x','x ','X','', NULL])[1 + n % 5], repeat(chr(8364), (n % 4)::int) || n,
  decode(lpad(to_hex(n), 8, '0'), 'hex'), ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, jsonb_build_object('n', n), n, ARRAY[1]
FROM generate_series(1, 2000) AS s(n);
INSERT INTO public.odd (id, whole) VALUES (0, 0);
ANALYZE public.odd;`;

/** Conditions over it. Each has to keep the same rows there and here. */
export const CONDITIONS: readonly string[] = [
  'id = 17',
  'id > 1000 AND id <= 1200',
  'small < -10',
  'whole <> 0',
  'id IN (1, 2, 3, 5000)',
  'NOT (id > 5)',
  'real4 >= 2.5',
  'real8 > 600',
  "real8 = CAST('NaN' AS double)",
  'real8 = 0',
  'real8 <= 0',
  "real8 < CAST('NaN' AS double)",
  'exact38 > 1000000000000000000000.5',
  'exact38 < 0',
  'money = 1.25',
  'flag = true',
  'flag IS NULL',
  'flag IS NOT NULL AND id < 10',
  "day = DATE '1999-12-31'",
  "day > DATE '2000-01-01'",
  "moment < TIMESTAMP '1999-12-31 23:59:59.999000'",
  "instant = TIMESTAMP WITH TIME ZONE '2024-03-31 01:29:59+00:00'",
  "instant < TIMESTAMP WITH TIME ZONE '2024-03-31 02:00:00+01:00'",
  "label = 'a'",
  "label < 'b'",
  "label > 'Z'",
  "label <> 'a'",
  "label = 'a '",
  "label >= 'z'",
  "label IN ('A', 'ä', '')",
  "label = '' OR label IS NULL",
  "padded = 'x'",
  "padded = 'x '",
  "padded < 'x'",
  "words > '9'",
  "words LIKE '%7'",
  "key = UUID '00000000-0000-4000-8000-000000000011'",
  "upper(label) = 'A'",
];

/** All columns that can be read, in a form in which the values of both sides are compared. */
export const ODD_COLUMNS =
  'id, small, whole, real4, real8, exact38, money, flag, day, clock, moment, instant, label, padded, words, bytes, key, doc';
