/** A function of a plugin. Statements call it by `namespace.name`; the configuration gives the namespace. */
export interface PluginFunction {
  /** Lower-case letters, digits and `_`. */
  readonly name: string;
  /** `scalar`: a value of each row. `aggregate`: a value of the rows of a group. `table`: rows, in FROM. */
  readonly kind: 'scalar' | 'aggregate' | 'table';
  /** Names of the parameters, by which `sql` reads the arguments. */
  readonly parameters: readonly string[];
  /** Ways to call it, in the form of the reference of functions: `double, double -> double`, `T, T -> T`; a table function's ends in its columns:
   *  `bigint -> table(x bigint, y double)`. Arguments of other types are converted as those of built-in functions are. */
  readonly signatures: readonly string[];
  /** `propagate`: NULL when an argument is NULL, without computing anything; scalar functions only. `called`: computed with NULL as with any other value. */
  readonly nulls: 'propagate' | 'called';
  /** `immutable`: equal arguments give equal values for ever. `stable`: within one statement. `volatile`: each call may give another value; its results
   *  are not cached. */
  readonly determinism: 'immutable' | 'stable' | 'volatile';
  /** One sentence for `SHOW FUNCTIONS`. */
  readonly description: string;
  /** How it is computed: an expression over the parameters, that of an aggregate with aggregate functions over them; a query for a table function. It is
   *  bound where the function is called, so that every engine runs it. It reads no tables; a column hides a parameter of its name. */
  readonly sql: string;
}
