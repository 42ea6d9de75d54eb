import type { BoundQuery } from './bound-query.ts';

/** Returns a function that does its work once for each query: a query is estimated first and prepared then, and needs the same twice.
 *  Guarantees: a failure is not kept, so the next call tries again; what is kept goes with the query. */
export function oncePerQuery<Result>(work: (query: BoundQuery) => Promise<Result>): (query: BoundQuery) => Promise<Result> {
  const done = new WeakMap<BoundQuery, Promise<Result>>();
  return (query) => {
    const known = done.get(query);
    if (known !== undefined) return known;
    const result = work(query);
    done.set(query, result);
    result.catch(() => done.delete(query));
    return result;
  };
}
