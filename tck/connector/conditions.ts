import type { DataType, Expression, LiteralExpression, ScanColumn } from '../../spi/index.ts';
import { simpleKinds } from '../world/kinds-table.ts';
import type { KnownTable } from './subject.ts';

/** A condition and how people write it. */
export interface NamedCondition {
  readonly text: string;
  readonly expression: Expression;
}

const BOOLEAN: DataType = { kind: 'boolean' };
const OPERATORS = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' } as const;

const call = (name: string, ...parts: readonly Expression[]): Expression => ({
  kind: 'call',
  function: name,
  arguments: parts,
  type: BOOLEAN,
});

/** Returns lists of conditions over a table's columns: each comparison with values of the column's type, alone and together. */
export function conditionsOver({ columns }: KnownTable): readonly (readonly NamedCondition[])[] {
  const single = columns.flatMap((column) => conditionsOn(column));
  const pairs = single.flatMap((first, index): NamedCondition[][] => {
    const second = single[(index * 7 + 3) % single.length];
    return index % 5 === 0 && second !== undefined ? [[first, second]] : [];
  });
  return [...single.map((condition) => [condition]), ...pairs];
}

function conditionsOn(column: ScanColumn): readonly NamedCondition[] {
  const operand: Expression = { kind: 'column', id: column.id, type: column.type };
  const constants = constantsOf(column);
  const compared = constants.flatMap((constant, index) =>
    (Object.keys(OPERATORS) as (keyof typeof OPERATORS)[])
      // All operators with the first constants, one after the other with the rest.
      .filter((_, position) => index < 2 || position === index % 6)
      .map((name) => named(`${column.name} ${OPERATORS[name]} ${shown(constant)}`, call(name, operand, constant))),
  );
  const [first, second, third] = compared;
  const both = first !== undefined && second !== undefined && third !== undefined;
  return [
    ...compared,
    named(`${column.name} IS NULL`, call('is_null', operand)),
    named(`${column.name} IS NOT NULL`, call('is_not_null', operand)),
    named(`${column.name} IN (${constants.map(shown).join(', ')})`, { kind: 'in', argument: operand, items: constants, type: BOOLEAN }),
    ...(both
      ? [
          named(`${first.text} OR ${third.text}`, call('or', first.expression, third.expression)),
          named(`NOT (${first.text} AND ${second.text})`, call('not', call('and', first.expression, second.expression))),
        ]
      : []),
  ];
}

const named = (text: string, expression: Expression): NamedCondition => ({ text, expression });
const shown = ({ value }: LiteralExpression): string => JSON.stringify(value);

/** Values of the type, in the column or not; NULL too. */
function constantsOf({ type }: ScanColumn): readonly LiteralExpression[] {
  const known = simpleKinds().find(([, candidate]) => JSON.stringify(candidate) === JSON.stringify(type));
  const values = [...(known?.[2] ?? [])];
  const more = type.kind === 'varchar' ? ['row 7', 'b'] : type.kind === 'bigint' ? ['7', '29999'] : [];
  return [...more, ...values].map((value): LiteralExpression => ({ kind: 'literal', type, value }));
}
