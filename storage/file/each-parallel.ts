/** Runs a piece of work for each item, at most `parallel` of them at one time. After the first that fails none is begun any more, and those under way are waited for.
 *  @throws what the first that failed threw */
export async function eachParallel<Item>(items: Iterable<Item>, parallel: number, work: (item: Item) => Promise<void>): Promise<void> {
  const pending = items[Symbol.iterator]();
  let failed: { readonly error: unknown } | null = null;
  const lane = async (): Promise<void> => {
    for (let next = pending.next(); failed === null && next.done !== true; next = pending.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  const found = failed as { readonly error: unknown } | null;
  if (found !== null) throw found.error;
}
