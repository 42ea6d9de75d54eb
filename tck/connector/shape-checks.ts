import { Findings } from '../check/findings.ts';
import type { ConnectorCheck } from './connector-check.ts';
import type { ConnectorSubject } from './subject.ts';

/** What a connector tells of names, columns and itself. */
export const SHAPE_CHECKS: readonly ConnectorCheck[] = [
  {
    id: 'shape.names',
    title: 'Schemas and tables are listed, and found without regard to case',
    run: async (subject) => {
      const findings = new Findings();
      const { connector, schema } = subject;
      const schemas = await connector.schemas();
      findings.expect(schemas.includes(schema), 'schemas()', `${schema} among them`, schemas.join(', '));
      const tables = await connector.tables(schema);
      for (const name of ['kinds', 'many', 'blank'] as const) {
        findings.expect(tables.includes(name), `tables('${schema}')`, `${name} among them`, tables.join(', '));
        const { described } = await subject.table(name);
        const upper = await connector.describe({ schema: schema.toUpperCase(), name: name.toUpperCase() });
        const same = upper !== null && upper.name.name === described.name.name && upper.name.schema === described.name.schema;
        findings.expect(same, `describe of ${name.toUpperCase()}`, 'the same table', JSON.stringify(upper?.name ?? null));
      }
      const none = await connector.describe({ schema, name: 'no_such_table' });
      findings.expect(none === null, "describe of 'no_such_table'", 'null', JSON.stringify(none));
      const noTables = await connector.tables('no_such_schema');
      findings.expect(noTables.length === 0, "tables('no_such_schema')", 'none', noTables.join(', '));
      return findings.outcome();
    },
  },
  {
    id: 'shape.columns',
    title: 'Columns have the types of their values, and ids that stay',
    run: async (subject) => {
      const findings = new Findings();
      const { described, columns } = await subject.table('kinds');
      for (const column of columns) {
        const seen = described.fields.find(({ id }) => id === column.id)?.type;
        findings.expect(
          JSON.stringify(seen) === JSON.stringify(column.type),
          column.name,
          JSON.stringify(column.type),
          JSON.stringify(seen),
        );
      }
      const ids = described.fields.map(({ id }) => id);
      const distinct = new Set(ids).size === ids.length && ids.every((id) => Number.isInteger(id) && id > 0);
      findings.expect(distinct, 'ids of the columns', 'positive, each once', ids.join(', '));
      const again = await subject.connector.describe(described.name);
      const stay = JSON.stringify(again?.fields) === JSON.stringify(described.fields);
      findings.expect(stay, 'describe once more', 'the same columns', JSON.stringify(again?.fields));
      return findings.outcome(subject.leftOut.length === 0 ? null : `left out: ${subject.leftOut.join(', ')}`);
    },
  },
  {
    id: 'shape.statistics',
    title: 'Statistics are near the truth, or null',
    run: async (subject) => {
      const findings = new Findings();
      for (const name of ['kinds', 'many', 'blank'] as const) {
        const { described, rows } = await subject.table(name);
        const told = described.rows;
        const near = told === null || (told >= 0 && told <= rows.length * 10 + 1000 && told * 10 + 1000 >= rows.length);
        findings.expect(near, `rows of ${name}`, `about ${String(rows.length)}, or null`, String(told));
      }
      return findings.outcome();
    },
  },
  {
    id: 'shape.life',
    title: 'It is ready, drains and closes, and can be started twice',
    run: async (subject) => {
      const findings = new Findings();
      const other = await subject.start();
      try {
        findings.expect((await other.health()).ready, 'health()', 'ready', 'not ready');
        await other.drain(1000);
      } finally {
        await other.close();
      }
      findings.expect(await isReady(subject), 'the first one after the other was closed', 'ready', 'not ready');
      return findings.outcome();
    },
  },
];

async function isReady({ connector }: ConnectorSubject): Promise<boolean> {
  return connector.health().then(
    ({ ready }) => ready,
    () => false,
  );
}
