import type { StatementAnswer } from '../../support/post-statement.ts';
import {
  answerTexts,
  changeAt,
  isStruct,
  literal,
  type ModelField,
  type ModelRow,
  type ModelSnapshot,
  type ModelValue,
  pick,
  type Random,
  randomScalar,
  randomValue,
  type ScalarType,
  scalarPaths,
  textsOf,
  typeText,
  valueAt,
  valueOf,
} from './schema-model.ts';

type Ask = (sql: string) => Promise<StatementAnswer>;

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const PART_NAMES = ['x', 'y', 'z'];
const TYPES: readonly ScalarType[] = ['integer', 'bigint', 'varchar', 'decimal(5, 2)'];
const WIDER: Partial<Record<ScalarType, ScalarType>> = { integer: 'bigint', 'decimal(5, 2)': 'decimal(9, 2)' };
/** Engines that need not have every type refuse a query with one of these. */
const REFUSED = ['ENGINE_REFUSED', 'ENGINE_EXCLUDED'];

/** A table that random statements change, beside a model that knows columns by ids of its own. */
export class SchemaHistory {
  readonly #ask: Ask;
  readonly #random: Random;
  readonly #table: string;
  readonly #version: 2 | 3;
  /** What was sent, to be sent again by hand after a failure. */
  readonly log: string[] = [];
  #lastId = 0;
  #fields: readonly ModelField[];
  #rows: readonly ModelRow[] = [];
  /** The column that the table is partitioned by now. */
  #partitionId: number | null = null;
  readonly #snapshots: ModelSnapshot[] = [];
  /** The top column that changed last. */
  #changedId = 1;

  constructor(ask: Ask, random: Random, table: string) {
    this.#ask = ask;
    this.#random = random;
    this.#table = table;
    this.#version = random() < 0.5 ? 2 : 3;
    const s = this.#newField('s', [this.#newField('x', 'integer'), this.#newField('y', 'varchar')]);
    this.#fields = [this.#newField('a', 'integer'), this.#newField('b', pick(random, TYPES)), this.#newField('c', 'varchar'), s];
  }

  /** Makes the table, and changes it step by step; returns what first differs from the model, null for nothing. */
  async run(steps: number): Promise<string | null> {
    const random = this.#random;
    const layout = pick(random, ['', ' PARTITIONED BY (a)', ' PARTITIONED BY (bucket(3, a))']);
    this.#partitionId = layout === '' ? null : (this.#fields[0]?.id ?? null);
    const mode = random() < 0.5 ? 'copy-on-write' : 'merge-on-read';
    const columns = this.#fields.map(({ name, type }) => `${name} ${typeText(type)}`).join(', ');
    const properties = `'format-version' = ${String(this.#version)}, 'write.delete.mode' = '${mode}', 'write.update.mode' = '${mode}'`;
    await this.#send(`CREATE TABLE ${this.#table} (${columns})${layout} WITH (${properties})`);
    await this.#insert();
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      const difference = (await this.#differenceNow()) ?? (random() < 0.4 ? await this.#differenceThen() : null);
      if (difference !== null) return difference;
    }
    for (const engine of ['batch', 'stream']) {
      const difference = await this.#differenceNow(engine);
      if (difference !== null) return difference;
    }
    return null;
  }

  #step(): Promise<void> {
    const choices: readonly (readonly [weight: number, run: () => Promise<void>])[] = [
      [5, () => this.#insert()],
      [2, () => this.#delete()],
      [2, () => this.#update()],
      [1, () => this.#optimize()],
      [4, () => this.#add()],
      [4, () => this.#drop()],
      [4, () => this.#rename()],
      [2, () => this.#swap()],
      [4, () => this.#replace()],
      [2, () => this.#move()],
      [2, () => this.#widen()],
      [1, () => this.#setDefault()],
      [1, () => this.#dropPartition()],
    ];
    let left = this.#random() * choices.reduce((sum, [weight]) => sum + weight, 0);
    return (choices.find(([weight]) => (left -= weight) < 0)?.[1] ?? (() => this.#insert()))();
  }

  #newField(name: string, type: ModelField['type'], value: string | null = null): ModelField {
    return { id: (this.#lastId += 1), name, type, initial: value, writeDefault: value };
  }

  async #send(sql: string): Promise<StatementAnswer> {
    this.log.push(sql);
    return this.#ask(sql);
  }

  /** Sends a change; false when it is refused, as one may be that takes the name of a partition field. */
  async #alter(change: string): Promise<boolean> {
    const { code, detail } = await this.#send(`ALTER TABLE ${this.#table} ${change}`);
    if (code === undefined) return true;
    if (code === 'SQL_DUPLICATE_NAME' && detail?.includes('partition field') === true) return false;
    throw new SchemaFailure(`${change} is ${code}: ${String(detail)}`);
  }

  async #write(sql: string, rows: readonly ModelRow[]): Promise<void> {
    const { code, detail } = await this.#send(sql);
    if (code !== undefined) throw new SchemaFailure(`${sql} is ${code}: ${String(detail)}`);
    this.#rows = rows;
    const found = await this.#ask(`SELECT CAST(max_by(snapshot_id, committed_at) AS varchar) FROM "${this.#table}$snapshots"`);
    const snapshotId = String(found.data?.[0]?.[0]);
    // A statement that changes no row makes no snapshot.
    if (this.#snapshots.at(-1)?.snapshotId !== snapshotId) this.#snapshots.push({ snapshotId, fields: this.#fields, rows });
  }

  async #insert(): Promise<void> {
    const random = this.#random;
    const some = this.#fields.filter(() => random() < 0.8);
    const fields = some.length === 0 ? this.#fields : some;
    const rows = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
      Object.fromEntries(this.#fields.map((field) => [field.id, fields.includes(field) ? randomValue(random, field) : field.writeDefault])),
    );
    const values = rows.map((row) => `(${fields.map((field) => literal(valueOf(row, field), field)).join(', ')})`).join(', ');
    await this.#write(`INSERT INTO ${this.#table} (${fields.map(({ name }) => name).join(', ')}) VALUES ${values}`, [
      ...this.#rows,
      ...rows,
    ]);
  }

  /** A condition that some rows meet, as the statement and the model have it. */
  #condition(): { readonly sql: string; readonly holds: (row: ModelRow) => boolean } {
    const path = pick(this.#random, scalarPaths(this.#fields));
    const name = path.map((field) => field.name).join('.');
    const last = path.at(-1) as ModelField;
    const value = randomScalar(this.#random, last.type as ScalarType);
    if (value === null) return { sql: `${name} IS NULL`, holds: (row) => valueAt(row, path) === null };
    return { sql: `${name} = ${literal(value, last)}`, holds: (row) => valueAt(row, path) === value };
  }

  async #delete(): Promise<void> {
    const { sql, holds } = this.#condition();
    await this.#write(
      `DELETE FROM ${this.#table} WHERE ${sql}`,
      this.#rows.filter((row) => !holds(row)),
    );
  }

  async #update(): Promise<void> {
    const { sql, holds } = this.#condition();
    const field = pick(this.#random, this.#fields);
    const value: ModelValue = randomValue(this.#random, field);
    await this.#write(
      `UPDATE ${this.#table} SET ${field.name} = ${literal(value, field)} WHERE ${sql}`,
      this.#rows.map((row) => (holds(row) ? { ...row, [field.id]: value } : row)),
    );
  }

  async #optimize(): Promise<void> {
    await this.#write(`CALL system.optimize('${this.#table}')`, this.#rows);
  }

  /** Siblings: the table's columns, or the parts of a struct. */
  #place(): { readonly path: readonly ModelField[]; readonly siblings: readonly ModelField[]; readonly prefix: string } {
    const structs = this.#fields.filter(({ type }) => isStruct(type));
    const [struct] = structs;
    if (struct === undefined || !isStruct(struct.type) || this.#random() < 0.65) return { path: [], siblings: this.#fields, prefix: '' };
    return { path: [struct], siblings: struct.type, prefix: `${struct.name}.` };
  }

  #freeName(siblings: readonly ModelField[], isPart: boolean): string | undefined {
    const free = (isPart ? PART_NAMES : NAMES).filter((name) => !siblings.some((field) => field.name === name));
    return free.length === 0 ? undefined : pick(this.#random, free);
  }

  async #add(): Promise<void> {
    const random = this.#random;
    const { path, siblings, prefix } = this.#place();
    const name = this.#freeName(siblings, path.length > 0);
    if (name === undefined) return;
    const scalar = pick(random, TYPES);
    const isNested = path.length === 0 && random() < 0.1 && !siblings.some(({ type }) => isStruct(type));
    const type = isNested ? [this.#newField('x', scalar), this.#newField('y', 'integer')] : scalar;
    const value = this.#version === 3 && path.length === 0 && !isNested && random() < 0.5 ? randomScalar(random, scalar) : null;
    const added = this.#newField(name, type, value);
    const after = random() < 0.5 ? null : pick(random, siblings);
    const position = after === null ? (random() < 0.5 ? ' FIRST' : '') : ` AFTER ${after.name}`;
    const byDefault = value === null ? '' : ` DEFAULT ${scalar === 'varchar' ? `'${value}'` : value}`;
    if (!(await this.#alter(`ADD COLUMN ${prefix}${name} ${typeText(type)}${byDefault}${position}`))) return;
    const at = after === null ? (position === '' ? siblings.length : 0) : siblings.indexOf(after) + 1;
    this.#fields = changeAt(this.#fields, path, (before) => [...before.slice(0, at), added, ...before.slice(at)]);
  }

  async #drop(): Promise<void> {
    const { path, siblings, prefix } = this.#place();
    const free = siblings.filter(({ id }) => id !== this.#partitionId);
    if (siblings.length === 1 || free.length === 0) return;
    const dropped = pick(this.#random, free);
    if (!(await this.#alter(`DROP COLUMN ${prefix}${dropped.name}`))) return;
    this.#fields = changeAt(this.#fields, path, (before) => before.filter(({ id }) => id !== dropped.id));
  }

  async #rename(): Promise<void> {
    const { path, siblings } = this.#place();
    const name = this.#freeName(siblings, path.length > 0);
    if (name !== undefined) await this.#renameTo(path, pick(this.#random, siblings), name);
  }

  async #renameTo(path: readonly ModelField[], field: ModelField, name: string): Promise<boolean> {
    const prefix = path.map((each) => `${each.name}.`).join('');
    if (!(await this.#alter(`RENAME COLUMN ${prefix}${field.name} TO ${name}`))) return false;
    this.#fields = changeAt(this.#fields, path, (before) => before.map((each) => (each.id === field.id ? { ...each, name } : each)));
    this.#changedId = path[0]?.id ?? field.id;
    return true;
  }

  /** Another column takes name, type and place of one that is dropped. */
  async #replace(): Promise<void> {
    const { path, siblings, prefix } = this.#place();
    const free = siblings.filter(({ id, type }) => id !== this.#partitionId && !isStruct(type));
    if (siblings.length === 1 || free.length === 0) return;
    const dropped = pick(this.#random, free);
    const added = this.#newField(dropped.name, dropped.type);
    const before = siblings[siblings.indexOf(dropped) - 1];
    await this.#alter(`DROP COLUMN ${prefix}${dropped.name}`);
    await this.#alter(
      `ADD COLUMN ${prefix}${added.name} ${typeText(added.type)} ${before === undefined ? 'FIRST' : `AFTER ${before.name}`}`,
    );
    this.#fields = changeAt(this.#fields, path, () => siblings.map((each) => (each === dropped ? added : each)));
    this.#changedId = path[0]?.id ?? added.id;
  }

  /** Two columns take each other's names. */
  async #swap(): Promise<void> {
    const { path, siblings } = this.#place();
    const [left, right] = [pick(this.#random, siblings), pick(this.#random, siblings)];
    if (left === right || !(await this.#renameTo(path, left, 'aside'))) return;
    if (await this.#renameTo(path, right, left.name)) await this.#renameTo(path, { ...left, name: 'aside' }, right.name);
  }

  async #move(): Promise<void> {
    const { path, siblings, prefix } = this.#place();
    const moved = pick(this.#random, siblings);
    const others = siblings.filter((field) => field !== moved);
    const after = others.length === 0 || this.#random() < 0.3 ? null : pick(this.#random, others);
    if (!(await this.#alter(`ALTER COLUMN ${prefix}${moved.name} ${after === null ? 'FIRST' : `AFTER ${after.name}`}`))) return;
    const at = after === null ? 0 : others.indexOf(after) + 1;
    this.#fields = changeAt(this.#fields, path, () => [...others.slice(0, at), moved, ...others.slice(at)]);
  }

  async #widen(): Promise<void> {
    const { path, siblings, prefix } = this.#place();
    const field = siblings.find(({ type }) => !isStruct(type) && WIDER[type] !== undefined);
    const type = field === undefined || isStruct(field.type) ? undefined : WIDER[field.type];
    if (field === undefined || type === undefined) return;
    if (!(await this.#alter(`ALTER COLUMN ${prefix}${field.name} TYPE ${type}`))) return;
    this.#fields = changeAt(this.#fields, path, (before) => before.map((each) => (each.id === field.id ? { ...each, type } : each)));
  }

  async #setDefault(): Promise<void> {
    const field = pick(this.#random, this.#fields);
    if (this.#version === 2 || isStruct(field.type)) return;
    const value = randomScalar(this.#random, field.type);
    const text = field.type === 'varchar' ? `'${String(value)}'` : String(value);
    await this.#alter(`ALTER COLUMN ${field.name} ${value === null ? 'DROP DEFAULT' : `SET DEFAULT ${text}`}`);
    this.#fields = this.#fields.map((each) => (each.id === field.id ? { ...each, writeDefault: value } : each));
  }

  async #dropPartition(): Promise<void> {
    const field = this.#fields.find(({ id }) => id === this.#partitionId);
    if (field === undefined) return;
    for (const part of [field.name, `bucket(3, ${field.name})`]) {
      const { code } = await this.#send(`ALTER TABLE ${this.#table} DROP PARTITION FIELD ${part}`);
      if (code === undefined) this.#partitionId = null;
    }
    if (this.#partitionId !== null) throw new SchemaFailure('the partition field cannot be dropped');
  }

  async #differenceNow(engine = 'olap'): Promise<string | null> {
    const whole = await this.#compare(engine, '*', '', this.#rows, this.#fields);
    if (whole !== null || this.#rows.length === 0) return whole;
    const { sql, holds } = this.#condition();
    const field = this.#fields.find(({ id }) => id === this.#changedId) ?? pick(this.#random, this.#fields);
    // Files whose other columns have changed are read by the ids of all columns that are asked for.
    const alone = await this.#compare(engine, field.name, '', this.#rows, [field]);
    return alone ?? this.#compare(engine, field.name, ` WHERE ${sql}`, this.#rows.filter(holds), [field]);
  }

  /** A snapshot is read with the columns of its time. */
  async #differenceThen(): Promise<string | null> {
    const { snapshotId, fields, rows } = pick(this.#random, this.#snapshots);
    return this.#compare('olap', '*', ` FOR VERSION AS OF ${snapshotId}`, rows, fields);
  }

  async #compare(
    engine: string,
    columns: string,
    rest: string,
    rows: readonly ModelRow[],
    fields: readonly ModelField[],
  ): Promise<string | null> {
    const sql = `SELECT /*+ ENGINE(${engine}) */ ${columns} FROM ${this.#table}${rest}`;
    const { code, detail, data } = await this.#ask(sql);
    if (code !== undefined && REFUSED.includes(code) && engine !== 'olap') return null;
    const found = data === undefined ? [`${String(code)}: ${String(detail)}`] : answerTexts(data);
    const wanted = textsOf(rows, fields);
    if (JSON.stringify(found) === JSON.stringify(wanted)) return null;
    return [...this.log, sql].join(';\n') + `\nanswers ${found.join(' ')}\nin place of ${wanted.join(' ')}`;
  }
}

/** A statement that should have been taken was not. */
export class SchemaFailure extends Error {}
