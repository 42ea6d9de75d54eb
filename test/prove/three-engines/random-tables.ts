/** Tables that statements of the proof read. `events` has a watermark five seconds behind. */
export const TABLES: readonly string[] = [
  `CREATE TABLE facts (id bigint NOT NULL, k integer, j bigint, c varchar, amount decimal(12,2), x double, g boolean, d date, ts timestamp)
   PARTITIONED BY (bucket(3, id))`,
  'CREATE TABLE dims (k integer, name varchar, factor integer)',
  `CREATE TABLE events (id bigint, k integer, c varchar, amount integer, ts timestamp, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)`,
];

/** Picks one of several. */
export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

const COLOURS = ['red', 'green', 'Blue', '', 'ß', "a''b"];

/** Makes random rows and random changes of the tables, with NULLs, repeated values, rows that come late and rows that go. */
export class TableChanges {
  readonly #random: () => number;
  #nextId = 1;
  #second = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** What stands in the tables, and went again, before any view is made. */
  first(rows: number): readonly string[] {
    const dims = Array.from(
      { length: 12 },
      (_, k) => `(${String(k)}, ${this.#maybe(`'name ${String(k % 5)}'`)}, ${this.#maybe(String(k % 3))})`,
    );
    return [
      this.insertFacts(rows),
      `INSERT INTO dims VALUES ${dims.join(', ')}, (NULL, 'nothing', 1)`,
      this.insertEvents(rows),
      this.changeFacts(),
      'DELETE FROM dims WHERE k = 7',
      this.insertFacts(Math.ceil(rows / 4)),
      this.changeFacts(),
      'DELETE FROM events WHERE id % 11 = 3',
    ];
  }

  /** One change of one table. */
  next(rows: number): string {
    const at = this.#random();
    if (at < 0.2) return this.insertFacts(rows);
    if (at < 0.45) return this.insertEvents(rows);
    if (at < 0.75) return this.changeFacts();
    if (at < 0.85) return this.#changeEvents();
    return pick(this.#random, [
      `UPDATE dims SET name = concat('new ', k), factor = ${this.#digit()} WHERE k = ${this.#digit()}`,
      `INSERT INTO dims VALUES (${this.#digit()}, 'again', 2)`,
      `DELETE FROM dims WHERE name = 'again'`,
      `MERGE INTO dims AS d USING (SELECT k, max(j) AS j FROM facts GROUP BY k) AS s ON d.k = s.k
         WHEN MATCHED AND s.j > 95 THEN DELETE WHEN MATCHED AND s.j > 60 THEN UPDATE SET factor = s.k % 3
         WHEN NOT MATCHED AND s.k IS NOT NULL THEN INSERT VALUES (s.k, 'merged', 1)`,
    ]);
  }

  insertFacts(rows: number): string {
    const values = Array.from({ length: rows }, () => this.#fact());
    return `INSERT INTO facts VALUES ${values.join(', ')}`;
  }

  /** Most rows are newer than all before; some are so old that their windows are closed. */
  insertEvents(rows: number): string {
    const values = Array.from({ length: rows }, () => {
      this.#second += this.#random() * 0.8;
      const isLate = this.#random() < 0.15;
      const second = Math.max(0, this.#second - (isLate ? this.#random() * 60 : this.#random() * 3));
      const ts = `TIMESTAMP '2024-05-01 00:00:00' + ${String(Math.floor(second * 1000))} * INTERVAL '1' MILLISECOND`;
      return `(${String(this.#id())}, ${this.#maybe(this.#digit())}, ${this.#maybe(this.#colour())}, ${this.#maybe(this.#digit())}, ${this.#random() < 0.03 ? 'NULL' : ts})`;
    });
    return `INSERT INTO events VALUES ${values.join(', ')}`;
  }

  changeFacts(): string {
    return pick(this.#random, [
      `DELETE FROM facts WHERE k = ${this.#digit()} AND j > 40`,
      `DELETE FROM facts WHERE c IS NULL AND id % 4 = ${this.#digit()}`,
      `DELETE FROM facts WHERE amount < (SELECT min(i.amount) + 5 FROM facts AS i)`,
      `UPDATE facts SET k = ${this.#digit()}, amount = amount + 1.25 WHERE id % 9 = ${this.#digit()}`,
      `UPDATE facts SET c = ${this.#maybe(this.#colour())}, g = NOT g WHERE k = ${this.#digit()}`,
      `UPDATE facts SET x = d.factor, j = j + 1 FROM (SELECT k, max(factor) AS factor FROM dims GROUP BY k) AS d WHERE facts.k = d.k AND id % 5 = ${this.#digit()}`,
      `DELETE FROM facts USING dims AS d WHERE facts.k = d.k AND d.name = 'again' AND facts.j < 10`,
      `UPDATE facts SET j = NULL, x = -x WHERE k IN (SELECT k FROM dims WHERE factor = 1) AND id % 3 = 0`,
    ]);
  }

  #changeEvents(): string {
    return pick(this.#random, [
      `DELETE FROM events WHERE id % 13 = ${this.#digit()}`,
      `UPDATE events SET amount = amount + 1 WHERE id % 7 = ${this.#digit()}`,
    ]);
  }

  #fact(): string {
    const number = (most: number): string => String(Math.floor(this.#random() * most));
    const day = `DATE '2024-0${String(1 + Math.floor(this.#random() * 4))}-1${this.#digit()}'`;
    const cells = [
      this.#digit(),
      number(100),
      this.#colour(),
      `${number(500)}.${number(4)}5`,
      `${number(64)}.5`,
      String(this.#random() < 0.5),
      day,
      `TIMESTAMP '2024-03-0${String(1 + Math.floor(this.#random() * 5))} 0${this.#digit()}:30:00'`,
    ];
    return `(${[String(this.#id()), ...cells.map((cell) => this.#maybe(cell))].join(', ')})`;
  }

  #id(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  #digit(): string {
    return String(Math.floor(this.#random() * 10));
  }

  #colour(): string {
    return `'${pick(this.#random, COLOURS)}'`;
  }

  #maybe(text: string): string {
    return this.#random() < 0.15 ? 'NULL' : text;
  }
}
