import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARROW_END_OF_STREAM, formatDate, formatTime, formatTimestamp, type Row, type RowValue } from '../../runtime/arrow/index.ts';
import { assert, type DataType, type FileSource } from '../../spi/index.ts';
import { columns, type DataWorkbench, openWorkbench, splitOf } from '../unit/storage/data/fixture/data-workbench.ts';

/** A value as it is read back, and as it stands in files. */
interface Sample {
  readonly value: RowValue;
  readonly csv: string;
  readonly json: string;
}

const MICROS_PER_DAY = 86_400_000_000;
const FIRST_DAY = -719_162;
const LAST_DAY = 2_932_896;

const quoted = (value: RowValue, text: string): Sample => ({ value, csv: text, json: JSON.stringify(text) });
const bare = (value: RowValue, text: string): Sample => ({ value, csv: text, json: text });
const json = (value: RowValue, text: string): Sample => ({ value, csv: text, json: text });

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => value.isWellFormed() && !value.includes('\0'));
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const instant = fc.bigInt({ min: BigInt(FIRST_DAY) * BigInt(MICROS_PER_DAY), max: BigInt(LAST_DAY + 1) * BigInt(MICROS_PER_DAY) - 1n });
const floating = (value: number): Sample =>
  Number.isFinite(value) ? bare(value, Object.is(value, -0) ? '-0.0' : String(value)) : quoted(value, String(value));

/** Values of decimal(38,10) in the form that is read back. */
const decimalText = fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map((unscaled) => {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(11, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
});

const SAMPLES: Readonly<Record<string, readonly [DataType, fc.Arbitrary<Sample>]>> = {
  flag: [{ kind: 'boolean' }, fc.boolean().map((value) => bare(value, String(value)))],
  small: [{ kind: 'integer' }, fc.integer().map((value) => bare(value, String(value)))],
  large: [{ kind: 'bigint' }, int64.map((value) => bare(value, String(value)))],
  single: [{ kind: 'real' }, fc.float().map(floating)],
  double: [{ kind: 'double' }, fc.double().map(floating)],
  exact: [{ kind: 'decimal', precision: 38, scale: 10 }, decimalText.map((value) => quoted(value, value))],
  day: [{ kind: 'date' }, fc.integer({ min: FIRST_DAY, max: LAST_DAY }).map((days) => quoted(formatDate(days), formatDate(days)))],
  clock: [
    { kind: 'time' },
    fc.integer({ min: 0, max: MICROS_PER_DAY - 1 }).map((micros) => quoted(formatTime(micros), formatTime(micros))),
  ],
  local: [{ kind: 'timestamp' }, instant.map((micros) => quoted(formatTimestamp(micros, false), formatTimestamp(micros, false)))],
  zoned: [{ kind: 'timestamptz' }, instant.map((micros) => quoted(formatTimestamp(micros, true), formatTimestamp(micros, true)))],
  word: [{ kind: 'varchar' }, text.map((value) => quoted(value, value))],
  bytes: [{ kind: 'varbinary' }, fc.uint8Array({ maxLength: 9 }).map((value) => quoted(value, Buffer.from(value).toString('base64')))],
  key: [{ kind: 'uuid' }, fc.uuid().map((value) => quoted(value, value))],
  list: [
    { kind: 'list', element: { kind: 'bigint' }, elementNullable: true, elementId: 101 },
    fc.array(fc.option(int64), { maxLength: 4 }).map((values) => json(values, `[${values.map(String).join(',')}]`)),
  ],
  pair: [
    {
      kind: 'struct',
      fields: [
        { id: 102, name: 'left "x"', type: { kind: 'integer' }, nullable: true },
        { id: 103, name: 'right', type: { kind: 'varchar' }, nullable: true },
      ],
    },
    fc.record({ 'left "x"': fc.option(fc.integer()), right: fc.option(text) }).map((value) => json(value, JSON.stringify(value))),
  ],
  map: [
    { kind: 'map', key: { kind: 'varchar' }, value: { kind: 'integer' }, valueNullable: true, keyId: 104, valueId: 105 },
    fc
      .dictionary(text, fc.option(fc.integer()), { maxKeys: 3, noNullPrototype: true })
      .map((value) => json(new Map(Object.entries(value)), JSON.stringify(value))),
  ],
};

const NAMES = Object.keys(SAMPLES);
const FIELDS = columns(Object.fromEntries(NAMES.map((name) => [name, SAMPLES[name]?.[0] ?? { kind: 'null' as const }])));
const NULL: Sample = { value: null, csv: '', json: 'null' };

type SampleRow = Readonly<Record<string, Sample>>;

const sampleRow: fc.Arbitrary<SampleRow> = fc.record(
  Object.fromEntries(NAMES.map((name) => [name, fc.option(SAMPLES[name]?.[1] ?? fc.constant(NULL), { nil: NULL, freq: 8 })])),
);
const sampleRows = fc.array(sampleRow, { minLength: 1, maxLength: 40 });

let bench: DataWorkbench;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());

function csvFile(rows: readonly SampleRow[]): FileSource {
  const cell = (sample: Sample | undefined): string =>
    sample === undefined || sample.value === null ? '' : `"${sample.csv.replaceAll('"', '""')}"`;
  const lines = rows.map((row) => NAMES.map((name) => cell(row[name])).join(','));
  return bench.file('csv', `${NAMES.join(',')}\n${lines.join('\n')}\n`);
}

function ndjsonFile(rows: readonly SampleRow[]): FileSource {
  const lines = rows.map((row) => `{${NAMES.map((name) => `${JSON.stringify(name)}:${row[name]?.json ?? 'null'}`).join(',')}}`);
  return bench.file('ndjson', `${lines.join('\n')}\n`);
}

/** The rows as an Arrow file, by way of a table. */
async function arrowFile(rows: readonly SampleRow[]): Promise<FileSource> {
  const [file] = await bench.service.writeFile(bench.target(FIELDS), ndjsonFile(rows));
  assert(file !== undefined, 'a file was written');
  const frames: Uint8Array[] = [];
  for await (const frame of bench.service.read(
    splitOf(file),
    FIELDS,
    FIELDS.map((field) => ({ ...field, fieldId: field.id })),
  )) {
    frames.push(Uint8Array.from(frame));
  }
  return bench.file('arrow', Buffer.concat([...frames, ARROW_END_OF_STREAM]));
}

function expected(rows: readonly SampleRow[]): readonly Row[] {
  return rows.map((row) => Object.fromEntries(NAMES.map((name) => [name, row[name]?.value ?? null])));
}

describe('rows of all types', () => {
  it.each([
    ['CSV', (rows: readonly SampleRow[]) => Promise.resolve(csvFile(rows))],
    ['NDJSON', (rows: readonly SampleRow[]) => Promise.resolve(ndjsonFile(rows))],
    ['Arrow', arrowFile],
  ] as const)(
    'are read back as they stood in a file of %s',
    async (_format, makeFile) => {
      await fc.assert(
        fc.asyncProperty(sampleRows, async (rows) => {
          expect(await bench.load(await makeFile(rows), FIELDS)).toEqual(expected(rows));
        }),
        { numRuns: 12 },
      );
    },
    120_000,
  );

  it('are not taken for equal when a microsecond is lost', async () => {
    const outcome = await fc.check(
      fc.asyncProperty(sampleRows, async (rows) => {
        const changed = rows.map((row) => ({ ...row, local: { ...(row['local'] ?? NULL), csv: (row['local']?.csv ?? '').slice(0, 23) } }));
        expect(await bench.load(csvFile(changed), FIELDS)).toEqual(expected(rows));
      }),
      { numRuns: 5, endOnFailure: true },
    );
    expect(outcome.failed).toBe(true);
  }, 60_000);
});
