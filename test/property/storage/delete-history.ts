import type { Field, PartitionSpec } from '../../../spi/index.ts';
import { FILE_PATH_ID } from '../../../storage/iceberg/manifest/referenced-path.ts';
import { type ForeignFile, ForeignTable } from '../../support/foreign-table.ts';

/** A table and what each of its snapshots holds: the rows as texts, sorted. */
export interface DeleteHistory {
  readonly table: ForeignTable;
  readonly snapshots: readonly { readonly snapshotId: string; readonly rows: readonly string[] }[];
}

type Random = () => number;

interface ModelRow {
  readonly k: number | null;
  readonly p: number | null;
  readonly v: string;
  readonly location: string;
  readonly position: number;
  readonly sequence: number;
  readonly specId: number;
}

const FIELDS: readonly Field[] = [
  { id: 1, name: 'k', type: { kind: 'bigint' }, nullable: true },
  { id: 2, name: 'p', type: { kind: 'integer' }, nullable: true },
  { id: 3, name: 'v', type: { kind: 'varchar' }, nullable: true },
];
const BY_P: PartitionSpec = { specId: 0, fields: [{ sourceId: 2, fieldId: 1000, name: 'p', transform: { kind: 'identity' } }] };
const UNPARTITIONED: PartitionSpec = { specId: 1, fields: [] };
const POSITION_IDS = { file_path: FILE_PATH_ID, pos: 2147483545 };

const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
const literal = (value: number | null): string => (value === null ? 'NULL' : String(value));
const smallKey = (random: Random): number | null => (random() < 0.15 ? null : Math.floor(random() * 6));

/** Writes a table by random commits. The model looks at each row by itself. In format version 3 the table begins with version 2, and has deletion vectors in
 *  place of position delete files from some commit on. */
export async function randomHistory(random: Random, root?: string, format: 2 | 3 = 2): Promise<DeleteHistory> {
  const table = new ForeignTable(FIELDS, [BY_P, UNPARTITIONED], root);
  const snapshots: { snapshotId: string; rows: readonly string[] }[] = [];
  let rows: ModelRow[] = [];
  let renamed = false;
  const marked: MarkedRows = new Map();
  const upgradedAt = format === 3 ? 2 + Math.floor(random() * 4) : Infinity;
  for (let sequence = 1; sequence <= 8; sequence += 1) {
    if (sequence === upgradedAt) table.upgrade();
    const kind = sequence <= 2 ? 0 : random();
    if (kind < 0.35) rows = [...rows, ...(await append(table, sequence, random))];
    else if (kind < 0.65)
      rows = await (sequence < upgradedAt ? deletePositions(table, rows, random, marked) : deleteByVector(table, rows, random, marked));
    else if (kind < 0.7 && !renamed) {
      renamed = true;
      table.evolve(FIELDS.map((field) => (field.name === 'v' ? { ...field, name: 'w' } : field)));
      rows = [...rows, ...(await append(table, sequence, random, 'w'))];
    } else rows = await deleteEqual(table, rows, sequence, random);
    if (sequence >= 2)
      snapshots.push({ snapshotId: table.snapshotId ?? '', rows: rows.map(({ k, p, v }) => JSON.stringify([k, p, v])).sort() });
  }
  return { table, snapshots };
}

async function append(table: ForeignTable, sequence: number, random: Random, name = table.columns[2]?.name ?? 'v'): Promise<ModelRow[]> {
  const files = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const specId = random() < 0.8 ? 0 : 1;
    const p = random() < 0.2 ? null : Math.floor(random() * 2);
    const rows = Array.from({ length: 1 + Math.floor(random() * 12) }, (_, position) => ({
      k: smallKey(random),
      p: specId === 0 ? p : smallKey(random),
      v: `v${String(Math.floor(random() * 3))}`,
      position,
      sequence,
      specId,
    }));
    const values = rows.map(({ k, p: own, v }) => `(${literal(k)}::BIGINT, ${literal(own)}::INTEGER, '${v}')`).join(', ');
    const query = `SELECT * FROM (VALUES ${values}) AS t(k, p, ${name})`;
    const partition = specId === 0 ? [p === null ? null : BigInt(p)] : [];
    return { rows, file: { query, fieldIds: { k: 1, p: 2, [name]: 3 }, specId, partition, deletes: null } satisfies ForeignFile };
  });
  const locations = await table.commit(files.map(({ file }) => file));
  return files.flatMap(({ rows }, index) => rows.map((row) => ({ ...row, location: locations[index] ?? '' })));
}

/** Positions by data file that position deletes and deletion vectors have marked so far. */
type MarkedRows = Map<string, Set<number>>;

function mark(marked: MarkedRows, { location, position }: Pick<ModelRow, 'location' | 'position'>): void {
  const known = marked.get(location) ?? new Set<number>();
  marked.set(location, known.add(position));
}

/** One data file's vector, with all that was marked in the file before, and perhaps with rows that equality deletes have taken. */
async function deleteByVector(table: ForeignTable, rows: readonly ModelRow[], random: Random, marked: MarkedRows): Promise<ModelRow[]> {
  const chosen = pick(random, rows.length === 0 ? [null] : rows);
  if (chosen === null) return [];
  const { location, specId } = chosen;
  const victims = new Set(rows.filter((row) => row.location === location && random() < 0.4));
  victims.add(chosen);
  for (const row of victims) mark(marked, row);
  if (random() < 0.3) mark(marked, { location, position: 100_000 });
  const positions = [...(marked.get(location) ?? [])].sort((left, right) => left - right);
  const partition = specId === 0 ? [chosen.p === null ? null : BigInt(chosen.p)] : [];
  const deletes = { content: 'position', equalityIds: [], referencedDataFile: location, vector: null } as const;
  await table.commit([{ query: '', fieldIds: {}, specId, partition, deletes, positions }]);
  return rows.filter((row) => !victims.has(row));
}

/** Positions of one partition, of one file or of several, with or without bounds; some are told twice, and some of rows that are gone. */
async function deletePositions(table: ForeignTable, rows: readonly ModelRow[], random: Random, marked: MarkedRows): Promise<ModelRow[]> {
  const chosen = pick(random, rows.length === 0 ? [null] : rows);
  if (chosen === null) return [];
  const sameFile = random() < 0.4;
  const inReach = rows.filter((row) =>
    sameFile ? row.location === chosen.location : row.specId === chosen.specId && (row.specId === 1 || row.p === chosen.p),
  );
  const victims = new Set(inReach.filter(() => random() < 0.4));
  if (victims.size === 0) victims.add(chosen);
  for (const row of victims) mark(marked, row);
  const listed = [...victims].map(({ location, position }) => `('${location}', ${String(position)}::BIGINT)`).join(', ');
  const paths = [...victims].map(({ location }) => location).sort();
  const bounds = [paths[0] ?? '', paths.at(-1) ?? ''] as const;
  const one = bounds[0] === bounds[1];
  await table.commit([
    {
      query: `SELECT DISTINCT * FROM (VALUES ${listed}) AS t(file_path, pos) ORDER BY ALL`,
      fieldIds: POSITION_IDS,
      specId: chosen.specId,
      partition: chosen.specId === 0 ? [chosen.p === null ? null : BigInt(chosen.p)] : [],
      deletes: { content: 'position', equalityIds: [], referencedDataFile: one && random() < 0.5 ? bounds[0] : null, vector: null },
      ...(random() < 0.7 ? { paths: bounds } : {}),
    },
  ]);
  return rows.filter((row) => !victims.has(row));
}

/** Values of one or two columns, of one partition or, in the spec without fields, of the whole table; data of the same commit stays. */
async function deleteEqual(table: ForeignTable, rows: readonly ModelRow[], sequence: number, random: Random): Promise<ModelRow[]> {
  const specId = random() < 0.5 ? 0 : 1;
  const p = random() < 0.2 ? null : Math.floor(random() * 2);
  const two = random() < 0.5;
  const keys = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
    k: smallKey(random),
    v: `v${String(Math.floor(random() * 3))}`,
  }));
  const name = table.columns[2]?.name ?? 'v';
  const values = keys.map(({ k, v }) => (two ? `(${literal(k)}::BIGINT, '${v}')` : `(${literal(k)}::BIGINT)`)).join(', ');
  const deletes: ForeignFile = {
    query: `SELECT * FROM (VALUES ${values}) AS t(k${two ? `, ${name}` : ''})`,
    fieldIds: two ? { k: 1, [name]: 3 } : { k: 1 },
    specId,
    partition: specId === 0 ? [p === null ? null : BigInt(p)] : [],
    deletes: { content: 'equality', equalityIds: two ? [1, 3] : [1], referencedDataFile: null, vector: null },
  };
  const beside: ForeignFile = {
    query: `SELECT 1::BIGINT AS k, ${literal(p)}::INTEGER AS p, 'v1' AS ${name}`,
    fieldIds: { k: 1, p: 2, [name]: 3 },
    specId: 0,
    partition: [p === null ? null : BigInt(p)],
    deletes: null,
  };
  const [, location = ''] = await table.commit([deletes, beside]);
  const isDeleted = (row: ModelRow): boolean =>
    (specId === 1 || (row.specId === 0 && row.p === p)) && keys.some(({ k, v }) => k === row.k && (!two || v === row.v));
  return [...rows.filter((row) => !isDeleted(row)), { k: 1, p, v: 'v1', location, position: 0, sequence, specId: 0 }];
}
