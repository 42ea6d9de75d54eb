import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const nested = defineFunction.bind(null, 'scalar');

/** Functions over lists and maps. Positions count from 1; structs are read by `field` nodes. */
export const NESTED_FUNCTIONS: readonly FunctionDefinition[] = [
  nested('list_value', ['T... -> list<T>', '() -> list<null>'], 'A list of the arguments.', { also: ['list_pack'], nulls: 'never_null' }),
  nested(
    'element_at',
    ['list<T>, bigint -> T', 'map<K,V>, K -> V', 'varchar, bigint -> varchar'],
    '`a[i]`: the element at a position (negative from the end), the value of a key; NULL without one.',
    { also: ['list_element', 'list_extract', 'array_extract', 'map_extract_value'], nulls: 'own' },
  ),
  nested(
    'list_slice',
    ['list<T>, bigint, bigint -> list<T>', 'varchar, bigint, bigint -> varchar'],
    '`a[i:j]`: the elements from one position to another, both included.',
    {
      also: ['array_slice'],
      nulls: 'own',
    },
  ),
  nested('cardinality', ['list<T> -> bigint', 'map<K,V> -> bigint'], 'Number of elements or entries.', {
    also: ['array_length', 'array_size'],
  }),
  nested('list_contains', ['list<T>, T -> boolean'], 'Whether an element is equal to the value.', {
    also: ['array_contains', 'list_has', 'array_has'],
  }),
  nested('list_position', ['list<T>, T -> integer'], 'Position of the first element equal to the value; NULL without one.', {
    also: ['array_position', 'list_indexof'],
    nulls: 'own',
  }),
  nested('list_concat', ['list<T>, list<T> -> list<T>'], 'The elements of both; a NULL list counts as empty.', {
    also: ['array_concat', 'list_cat', 'array_cat'],
    nulls: 'own',
  }),
  nested('list_append', ['list<T>, T -> list<T>'], 'The list with the value at the end.', {
    also: ['array_append', 'array_push_back'],
    nulls: 'own',
  }),
  nested('list_prepend', ['T, list<T> -> list<T>'], 'The list with the value at the start.', { also: ['array_prepend'], nulls: 'own' }),
  nested('list_distinct', ['list<T> -> list<T>'], 'The elements without duplicates and NULLs, in no order.', { also: ['array_distinct'] }),
  nested('list_sort', ['list<T> -> list<T>'], 'The elements in ascending order, NULLs last.', { also: ['array_sort'] }),
  nested('list_reverse', ['list<T> -> list<T>'], 'The elements in reverse order.', { also: ['array_reverse'] }),
  nested('list_intersect', ['list<T>, list<T> -> list<T>'], 'The elements that stand in both, once.', { also: ['array_intersect'] }),
  nested('list_has_any', ['list<T>, list<T> -> boolean'], 'Whether the lists share an element.', {
    also: ['array_has_any', 'arrays_overlap'],
  }),
  nested('list_has_all', ['list<T>, list<T> -> boolean'], 'Whether the first list holds all elements of the second.', {
    also: ['array_has_all'],
  }),
  nested('list_sum', ['list<bigint> -> bigint', 'list<double> -> double'], 'Sum of the elements.', { also: ['array_sum'], nulls: 'own' }),
  nested('list_avg', ['list<double> -> double'], 'Mean of the elements.', { also: ['array_avg', 'array_average'], nulls: 'own' }),
  nested('list_min', ['list<T> -> T'], 'The least element.', { also: ['array_min'], nulls: 'own' }),
  nested('list_max', ['list<T> -> T'], 'The greatest element.', { also: ['array_max'], nulls: 'own' }),
  nested('flatten', ['list<list<T>> -> list<T>'], 'The elements of the lists in a list.'),
  nested('array_to_string', ['list<T>, varchar -> varchar'], 'The elements as text with a separator between them; NULLs are skipped.', {
    also: ['array_join', 'list_to_string'],
  }),
  nested(
    'list_range',
    ['bigint, [bigint], [bigint] -> list<bigint>'],
    'The numbers from a start (0 by default) to before an end, by a step.',
    { hidden: true, also: ['range'] },
  ),
  nested('list_series', ['bigint, [bigint], [bigint] -> list<bigint>'], 'The numbers from a start (0 by default) to an end, by a step.', {
    hidden: true,
    also: ['generate_series', 'sequence'],
  }),
  nested(
    'list_transform',
    ['list<T>, lambda<T,U> -> list<U>'],
    'What the lambda makes of each element; it may take the position as well.',
    {
      also: ['transform', 'array_transform', 'list_apply', 'array_apply', 'apply'],
    },
  ),
  nested(
    'list_filter',
    ['list<T>, lambda<T,boolean> -> list<T>'],
    'The elements for which the lambda is true; it may take the position as well.',
    {
      also: ['filter', 'array_filter'],
    },
  ),
  nested('list_reduce', ['list<T>, lambda<T,T,T>, [T] -> T'], 'The state after the lambda took it together with each element in turn.', {
    also: ['array_reduce', 'reduce'],
    nulls: 'own',
  }),
  nested('map_of', ['list<K>, list<V> -> map<K,V>', '() -> map<null,null>'], 'A map of keys and values.', { also: ['map'] }),
  nested('map_keys', ['map<K,V> -> list<K>'], 'The keys.'),
  nested('map_values', ['map<K,V> -> list<V>'], 'The values.'),
  nested('map_contains', ['map<K,V>, K -> boolean'], 'Whether the map has the key.', { also: ['map_contains_key'] }),
  nested('map_concat', ['map<K,V>, map<K,V>... -> map<K,V>'], 'The entries of all; later ones win.', { nulls: 'own' }),
];
