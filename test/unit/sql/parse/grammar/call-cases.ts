import { type GrammarCases, reject } from './grammar-cases.ts';

/** Cases of the parts "Calls" and "Types" of the grammar. */
export const CALL_CASES: readonly GrammarCases[] = [
  {
    production: 'call',
    accepts: ['SELECT CURRENT_DATE, current_timestamp, CURRENT_USER', 'SELECT f(), s.f(1)'],
    rejects: [reject('SELECT f(1▸', "')'"), reject('SELECT f(▸FROM t', 'an expression')],
  },
  {
    production: 'function_call',
    accepts: [
      'SELECT count(*) FILTER (WHERE a > 1) OVER (ORDER BY b)',
      'SELECT sum(DISTINCT a), lag(a) IGNORE NULLS OVER w FROM t WINDOW w AS (ORDER BY b)',
    ],
    rejects: [reject('SELECT count(*▸', "')'"), reject('SELECT count(* ▸FROM t', "')'")],
  },
  {
    production: 'arguments',
    accepts: ['SELECT array_agg(DISTINCT a ORDER BY a DESC NULLS LAST)', 'SELECT first_value(a IGNORE NULLS) OVER (ORDER BY b)'],
    rejects: [reject('SELECT f(a ▸b)', "')'"), reject('SELECT f(DISTINCT▸)', 'an expression')],
  },
  {
    production: 'argument',
    accepts: ["SELECT f(a => 1, b := 'x')", 'SELECT f(x -> x + 1)'],
    rejects: [reject('SELECT f(a =>▸)', 'an expression'), reject('SELECT f(1,▸)', 'an expression')],
  },
  {
    production: 'argument_name',
    accepts: ['SELECT struct_pack(a := 1)', 'SELECT f("A b" => 1)'],
    rejects: [reject('SELECT f(1 ▸=> 2)', "')'"), reject("SELECT f('a' ▸:= 2)", "')'")],
  },
  {
    production: 'argument_value',
    accepts: ['SELECT f(a + 1)', 'SELECT f(l, x -> y -> x + y)'],
    rejects: [reject('SELECT f(x ->▸)', 'an expression'), reject('SELECT f(l, ▸FROM)', 'an expression')],
  },
  {
    production: 'lambda',
    accepts: ['SELECT list_transform([1, 2], x -> x * 2)', 'SELECT list_reduce(l, (a, b) -> a + b) FROM t'],
    rejects: [reject('SELECT f((a, b) ->▸)', 'an expression'), reject('SELECT f((a,▸) -> a)', 'an expression')],
  },
  {
    production: 'null_treatment',
    accepts: ['SELECT lag(a) IGNORE NULLS OVER (ORDER BY b) FROM t', 'SELECT lead(a RESPECT NULLS) OVER (ORDER BY b) FROM t'],
    rejects: [reject('SELECT lag(a ▸IGNORE) OVER (ORDER BY b)', "')'"), reject('SELECT lag(a) ▸(IGNORE NULLS)', 'FROM')],
  },
  {
    production: 'within_group',
    accepts: [
      'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a DESC) FROM t',
      "SELECT listagg(a, ',') WITHIN GROUP (ORDER BY b, c) FROM t",
    ],
    rejects: [reject('SELECT f(1) WITHIN GROUP (▸a)', 'ORDER'), reject('SELECT f(1) WITHIN GROUP ▸ORDER BY a', "'('")],
  },
  {
    production: 'filter_clause',
    accepts: ['SELECT sum(a) FILTER (WHERE b) FROM t', 'SELECT sum(a) FILTER (b > 1) FROM t'],
    rejects: [reject('SELECT sum(a) FILTER (WHERE▸)', 'an expression'), reject('SELECT sum(a) FILTER (WHERE b▸', "')'")],
  },
  {
    production: 'over_clause',
    accepts: ['SELECT rank() OVER w FROM t WINDOW w AS (ORDER BY a)', 'SELECT rank() OVER (ORDER BY a) FROM t'],
    rejects: [reject('SELECT rank() OVER (▸1)', "')'"), reject('SELECT rank() OVER ▸1', 'FROM')],
  },
  {
    production: 'substring_call',
    accepts: ['SELECT SUBSTRING(a FROM 2 FOR 3)', 'SELECT SUBSTRING(a, 2, 3), SUBSTRING(a FOR 3)'],
    rejects: [reject('SELECT SUBSTRING(a▸)', 'FROM'), reject('SELECT SUBSTRING(a FROM▸)', 'an expression')],
  },
  {
    production: 'position_call',
    accepts: ["SELECT POSITION('x' IN a)", 'SELECT POSITION(b || c IN a || d)'],
    rejects: [reject('SELECT POSITION(a▸)', 'IN'), reject("SELECT POSITION('x' IN▸)", 'an expression')],
  },
  {
    production: 'trim_call',
    accepts: ["SELECT TRIM(LEADING 'x' FROM a)", 'SELECT TRIM(a), TRIM(BOTH FROM a)'],
    rejects: [reject("SELECT TRIM(LEADING 'x'▸", 'FROM'), reject('SELECT TRIM(▸)', 'an expression')],
  },
  {
    production: 'overlay_call',
    accepts: ["SELECT OVERLAY(a PLACING 'x' FROM 2 FOR 3)", 'SELECT OVERLAY(a PLACING b FROM 1)'],
    rejects: [reject("SELECT OVERLAY(a PLACING 'x'▸)", 'FROM'), reject('SELECT OVERLAY(a▸)', "','")],
  },
  {
    production: 'type',
    accepts: ['SELECT a::INTEGER[][3]', 'SELECT CAST(a AS VARCHAR)'],
    rejects: [reject('SELECT a::INTEGER[▸x]', 'a whole number'), reject('SELECT a::▸SELECT', 'a data type')],
  },
  {
    production: 'single_type',
    accepts: ['SELECT a::STRUCT(x INTEGER, y VARCHAR[])', 'SELECT a::MAP(VARCHAR, INTEGER)'],
    rejects: [reject('SELECT a::▸(INTEGER)', 'a data type'), reject("SELECT a::▸'INTEGER'", 'a data type')],
  },
  {
    production: 'named_type',
    accepts: ['SELECT a::DOUBLE PRECISION, b::DECIMAL(10, 2)', 'SELECT a::TIMESTAMP(3) WITH TIME ZONE, b::TIME WITHOUT TIME ZONE'],
    rejects: [reject('SELECT a::DECIMAL(▸x)', 'a whole number'), reject('SELECT a::DECIMAL(1, ▸-2)', 'a whole number')],
  },
  {
    production: 'list_type',
    accepts: ['SELECT a::ARRAY<INTEGER>', 'SELECT a::LIST(VARCHAR)'],
    rejects: [reject('SELECT a::ARRAY<▸5>', 'a data type'), reject('SELECT a::LIST(INTEGER▸', "')'")],
  },
  {
    production: 'struct_type',
    accepts: ['SELECT a::STRUCT<x: INTEGER, y: ARRAY<INTEGER>>', 'SELECT a::ROW(x INTEGER)'],
    rejects: [reject('SELECT a::STRUCT▸', "'('"), reject('SELECT a::STRUCT(▸)', 'a field name')],
  },
  {
    production: 'struct_type_field',
    accepts: ['SELECT a::STRUCT("x y" INTEGER)', 'SELECT a::STRUCT<select: DATE>'],
    rejects: [reject('SELECT a::STRUCT(x▸)', 'a data type'), reject('SELECT a::STRUCT(x: ▸1)', 'a data type')],
  },
  {
    production: 'map_type',
    accepts: ['SELECT a::MAP<VARCHAR, ARRAY<INTEGER>>', 'SELECT a::MAP(VARCHAR, INTEGER)'],
    rejects: [reject('SELECT a::MAP(VARCHAR▸)', "','"), reject('SELECT a::MAP▸', "'('")],
  },
];
