import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../../spi/index.ts';
import { type JsonValue, parseLosslessJson, printLosslessJson } from '../../../../storage/iceberg/json/lossless-json.ts';
import { parseDefault, printDefault } from '../../../../storage/iceberg/type/default-json.ts';
import { parseSchema, printSchema } from '../../../../storage/iceberg/type/schema-json.ts';

const CASES: readonly (readonly [type: DataType, text: string, json: JsonValue])[] = [
  [{ kind: 'boolean' }, 'true', true],
  [{ kind: 'integer' }, '-5', -5],
  [{ kind: 'bigint' }, '9007199254740993', 9007199254740993n],
  [{ kind: 'double' }, '0.1', 0.1],
  [{ kind: 'decimal', precision: 9, scale: 2 }, '14.20', '14.20'],
  [{ kind: 'date' }, '2017-11-16', '2017-11-16'],
  [{ kind: 'time' }, '22:31:08.123456', '22:31:08.123456'],
  [{ kind: 'timestamp' }, '2017-11-16 22:31:08.12', '2017-11-16T22:31:08.120000'],
  [{ kind: 'timestamp_ns' }, '2017-11-16 22:31:08.12', '2017-11-16T22:31:08.120000000'],
  [{ kind: 'timestamptz' }, '2017-11-16 22:31:08+00', '2017-11-16T22:31:08.000000+00:00'],
  [{ kind: 'varchar' }, 'iceberg', 'iceberg'],
  [{ kind: 'uuid' }, 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 'f79c3e09-677c-4bbd-a479-3f349cb785e7'],
  [{ kind: 'varbinary' }, Buffer.from([0, 1, 255]).toString('base64'), '0001ff'],
];

describe('a default value', () => {
  it.each(CASES)('of type %o has the form of the specification, and is read back', (type, text, json) => {
    expect(printDefault(type, text)).toEqual(json);
    expect(parseDefault(type, parseLosslessJson(printLosslessJson(json), 'json'), 'The column')).toBe(text);
  });

  it('is part of its column in a schema', () => {
    const fields = CASES.map(([type, text], index) => ({
      id: index + 1,
      name: `c${String(index)}`,
      type,
      nullable: true,
      initialDefault: text,
      writeDefault: text,
    }));
    const schema = { schemaId: 1, fields };
    expect(parseSchema(printSchema(schema), 'The schema')).toEqual(schema);
  });

  it('that is no value of the type is damage, and one of a nested type or of a part of a column is refused', () => {
    const field = (type: JsonValue, value: JsonValue) => () =>
      parseSchema({ fields: [{ id: 1, name: 'c', required: false, type, 'initial-default': value }] }, 'The schema');
    expect(field('int', 'x')).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }) as Error);
    const part = { id: 2, name: 'x', required: false, type: 'int' };
    const refused = expect.objectContaining({ code: 'STORAGE_UNSUPPORTED' }) as Error;
    expect(field({ type: 'struct', fields: [part] }, {})).toThrow(refused);
    expect(field({ type: 'struct', fields: [{ ...part, 'initial-default': 1 }] }, null)).toThrow(refused);
  });

  it.each(['timestamptz_ns', 'variant', 'unknown', 'geometry', 'geometry(srid:4326)', 'geography'])(
    'aside, the type %s of format version 3 is refused, never misread',
    (type) => {
      const schema = { fields: [{ id: 1, name: 'c', required: false, type }] };
      expect(() => parseSchema(schema, 'The schema')).toThrow(expect.objectContaining({ code: 'STORAGE_UNSUPPORTED' }) as Error);
    },
  );
});
