import { type History, PAIRS, SINGLE_TABLE, type TransactionEvent } from './history.ts';

/** What is wrong with a history, in words, by kind of anomaly. */
export interface Anomalies {
  /** Acknowledged elements that are not there, or there more than once, or there and never acknowledged. */
  readonly lostOrDoubled: readonly string[];
  /** Two committed transactions replaced the same element, or one replaced what it had not read. */
  readonly lostUpdates: readonly string[];
  /** A transaction saw one half of a pair without the other. */
  readonly fracturedReads: readonly string[];
  /** A transaction did not see what was acknowledged before it began, or what its process saw before. */
  readonly staleReads: readonly string[];
  /** A transaction saw what was never committed. */
  readonly dirtyReads: readonly string[];
  /** No order of the commits explains what was read. */
  readonly unordered: readonly string[];
}

/** Looks for anomalies that snapshot isolation forbids. Elements are unique, so what a transaction read tells which commits it saw. */
export function checkHistory(history: History): Anomalies {
  const committed = history.transactions.filter(({ outcome }) => outcome === 'committed');
  const chains = chainsOf(committed);
  const seen = (event: TransactionEvent): ReadonlySet<string> => seenBy(event, chains);
  return {
    lostOrDoubled: findLost(history, committed),
    lostUpdates: findLostUpdates(history, committed, chains),
    fracturedReads: history.transactions.flatMap(findFractured),
    staleReads: findStale(history.transactions, committed, seen),
    dirtyReads: findDirty(history.transactions, committed),
    unordered: findFork(history.transactions, seen),
  };
}

/** For each element of a register the one that it replaced. */
type Chains = ReadonlyMap<string, string | null>;

const isRegister = (table: string): boolean => table.startsWith('r');

function chainsOf(committed: readonly TransactionEvent[]): Chains {
  const replaced = new Map<string, string | null>();
  for (const { element, wrote, reads } of committed) {
    const [table] = wrote;
    if (element !== null && table !== undefined && isRegister(table)) replaced.set(element, reads[table]?.[0] ?? null);
  }
  return replaced;
}

/** A register tells its newest element, and by it all before; a list tells all. */
function seenBy({ reads }: TransactionEvent, chains: Chains): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const elements of Object.values(reads)) {
    for (const element of elements) {
      for (let at: string | null | undefined = element; at !== null && at !== undefined && !seen.has(at); at = chains.get(at)) seen.add(at);
    }
  }
  return seen;
}

function findLost({ appended, final, failures }: History, committed: readonly TransactionEvent[]): string[] {
  const wanted = new Map<string, readonly string[]>([[SINGLE_TABLE, appended]]);
  for (const table of PAIRS.flat().filter((name) => !isRegister(name))) {
    wanted.set(
      table,
      committed.flatMap(({ wrote, element }) => (element !== null && wrote.includes(table) ? [element] : [])),
    );
  }
  const differences = [...wanted].flatMap(([table, elements]) => {
    const [left, right] = [[...elements].sort().join(), [...(final[table] ?? [])].sort().join()];
    return left === right ? [] : [`${table}: ${String(elements.length)} acknowledged, ${String(final[table]?.length)} there`];
  });
  return [...differences, ...failures];
}

/** Each committed change of a register must replace another element, and the last one must be there. */
function findLostUpdates({ final }: History, committed: readonly TransactionEvent[], chains: Chains): string[] {
  const found: string[] = [];
  for (const [table] of PAIRS.filter(([name]) => isRegister(name))) {
    const changes = committed.filter(({ wrote }) => wrote.includes(table));
    const replaced = changes.map(({ reads }) => reads[table]?.[0] ?? 'nothing');
    const twice = replaced.find((element, index) => replaced.indexOf(element) !== index);
    if (twice !== undefined) found.push(`${table}: ${twice} was replaced twice`);
    let length = 0;
    for (
      let at: string | null | undefined = final[table]?.[0];
      at !== null && at !== undefined && length <= changes.length;
      at = chains.get(at)
    ) {
      length += 1;
    }
    if (length !== changes.length)
      found.push(`${table}: ${String(changes.length)} changes, ${String(length)} in the chain of the last one`);
  }
  return found;
}

function findFractured({ reads, process, begunAt }: TransactionEvent): string[] {
  return PAIRS.flatMap(([left, right]) => {
    const same = [...(reads[left] ?? [])].sort().join() === [...(reads[right] ?? [])].sort().join();
    const tooMany = isRegister(left) && (reads[left]?.length ?? 0) > 1;
    return same && !tooMany ? [] : [`process ${String(process)} at ${begunAt}: ${left} and ${right} differ`];
  });
}

function findStale(
  transactions: readonly TransactionEvent[],
  committed: readonly TransactionEvent[],
  seen: (event: TransactionEvent) => ReadonlySet<string>,
): string[] {
  const acknowledged = committed
    .flatMap(({ element, endedAt }) => (element === null ? [] : [{ element, endedAt: BigInt(endedAt) }]))
    .sort((left, right) => (left.endedAt < right.endedAt ? -1 : 1));
  const found: string[] = [];
  for (const event of transactions) {
    const has = seen(event);
    const missing = acknowledged.find(({ element, endedAt }) => endedAt < BigInt(event.begunAt) && !has.has(element));
    if (missing !== undefined) found.push(`process ${String(event.process)} at ${event.begunAt} did not see ${missing.element}`);
  }
  const last = new Map<number, ReadonlySet<string>>();
  const begun = [...transactions].sort((left, right) => (BigInt(left.begunAt) < BigInt(right.begunAt) ? -1 : 1));
  for (const event of begun) {
    const has = seen(event);
    const gone = [...(last.get(event.process) ?? [])].find((element) => !has.has(element));
    if (gone !== undefined) found.push(`process ${String(event.process)} saw ${gone}, and did not see it later`);
    last.set(event.process, has);
  }
  return found;
}

function findDirty(transactions: readonly TransactionEvent[], committed: readonly TransactionEvent[]): string[] {
  const known = new Set(committed.map(({ element }) => element));
  return transactions.flatMap(({ process, reads }) => {
    const dirty = Object.values(reads)
      .flat()
      .find((element) => !known.has(element));
    return dirty === undefined ? [] : [`process ${String(process)} saw ${dirty}, which was not committed`];
  });
}

/** When commits have one order, what each transaction saw is a beginning of it, so that of any two views one holds the other. */
function findFork(transactions: readonly TransactionEvent[], seen: (event: TransactionEvent) => ReadonlySet<string>): string[] {
  const views = transactions.map(seen).sort((left, right) => left.size - right.size);
  for (const [index, view] of views.entries()) {
    const next = views[index + 1];
    const fork = next === undefined ? undefined : [...view].find((element) => !next.has(element));
    if (fork !== undefined) return [`one transaction saw ${fork}, and another, which saw as much or more, did not`];
  }
  return [];
}
