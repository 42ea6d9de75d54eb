import { assert, type DataType, type ParameterExpression, type ParameterValue, PlatformError } from '../../spi/index.ts';
import type { Parameter } from '../ast/index.ts';
import { bindError, type Located } from './bind-error.ts';
import type { GivenParameters, JsonValue } from './bound-statement.ts';
import { canonicalValue } from './value-text.ts';

type MutableParameter = { -readonly [Key in keyof ParameterExpression]: ParameterExpression[Key] };

interface Slot {
  readonly label: string;
  readonly value: JsonValue;
  type: DataType;
  /** True once a use has given the slot its type for good. */
  settled: boolean;
  used: boolean;
  readonly uses: MutableParameter[];
}

/** The parameters of a statement. A slot's first guess at a type is its value's; the first use that asks for a type settles it. */
export class ParameterSlots {
  readonly #slots: readonly Slot[];
  readonly #indexByName: ReadonlyMap<string, number> | null;
  #style: '?' | '$1' | '$name' | null = null;

  constructor(given: GivenParameters) {
    const entries = orderedParameters(given);
    this.#indexByName = Array.isArray(given) ? null : new Map(entries.map(([name], index) => [name.toLowerCase(), index]));
    this.#slots = entries.map(([label, value]) => ({ label, value, type: typeOfValue(value), settled: false, used: false, uses: [] }));
  }

  /** Returns the expression for a parameter of the text.
   *  @throws SQL_PARAMETER when no value is given for it */
  use(place: Located, parameter: Parameter): ParameterExpression {
    this.#checkStyle(place, parameter);
    const index = this.#indexOf(parameter);
    const slot = index === undefined ? undefined : this.#slots[index];
    if (index === undefined || slot === undefined) {
      const label = parameter.kind === 'named-parameter' ? `$${parameter.name}` : `$${String(parameter.index)}`;
      const count = String(this.#slots.length);
      throw bindError(place, 'SQL_PARAMETER', `no value is given for parameter ${label} (${count} given)`, parameter.span);
    }
    slot.used = true;
    const use: MutableParameter = { kind: 'parameter', index, type: slot.type };
    slot.uses.push(use);
    return use;
  }

  /** Returns whether the parameter's type may still be chosen. */
  isOpen(parameter: ParameterExpression): boolean {
    return !this.#slot(parameter.index).settled;
  }

  /** Gives the parameter its type for good, at all its uses. */
  settle(parameter: ParameterExpression, type: DataType): ParameterExpression {
    const slot = this.#slot(parameter.index);
    if (slot.settled) return parameter;
    slot.settled = true;
    slot.type = type;
    for (const use of slot.uses) use.type = type;
    return parameter;
  }

  /** Returns the types of all slots in order.
   *  @throws SQL_PARAMETER when a given value is used nowhere */
  types(): readonly DataType[] {
    const unused = this.#slots.find((slot) => !slot.used);
    if (unused !== undefined) {
      throw new PlatformError('SQL_PARAMETER', `a value is given for parameter $${unused.label}, which the statement does not use`);
    }
    return this.#slots.map((slot) => slot.type);
  }

  #checkStyle(place: Located, parameter: Parameter): void {
    const style = parameter.kind === 'named-parameter' ? '$name' : parameter.anonymous ? '?' : '$1';
    this.#style ??= style;
    if (this.#style === style) return;
    throw bindError(
      place,
      'SQL_PARAMETER',
      `parameters are written as ${this.#style} or as ${style}, not both in one statement`,
      parameter.span,
    );
  }

  #indexOf(parameter: Parameter): number | undefined {
    if (parameter.kind === 'numbered-parameter')
      return this.#indexByName === null ? parameter.index - 1 : this.#indexByName.get(String(parameter.index));
    return this.#indexByName?.get(parameter.name.toLowerCase());
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    assert(slot !== undefined, `parameter slot ${String(index)} does not exist`);
    return slot;
  }
}

/** Converts given values for execution, in the order of `BoundQuery.parameters`.
 *  Units: a `timestamptz` without an offset is read in `timeZone`.
 *  @throws SQL_PARAMETER when their number differs, SQL_INVALID_VALUE when one is no value of its slot's type */
export function encodeParameters(given: GivenParameters, types: readonly DataType[], timeZone = 'UTC'): ParameterValue[] {
  const entries = orderedParameters(given);
  if (entries.length !== types.length) {
    throw new PlatformError('SQL_PARAMETER', `${String(entries.length)} parameters are given, the statement takes ${String(types.length)}`);
  }
  return types.map((type, index) => {
    const [label, value] = entries[index] ?? ['', null];
    return encodeValue(label, value, type, timeZone);
  });
}

function encodeValue(label: string, value: JsonValue, type: DataType, timeZone: string): ParameterValue {
  if (value === null) return null;
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new PlatformError('SQL_INVALID_VALUE', `parameter $${label} is not a finite number`);
  if ((type.kind === 'integer' || type.kind === 'bigint') && typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new PlatformError('SQL_INVALID_VALUE', `parameter $${label}: ${String(value)} is not an exact integer; give big ones as text`);
  }
  try {
    return canonicalValue(String(value), type, timeZone);
  } catch (error) {
    const cause = PlatformError.from(error, 'SQL_INVALID_VALUE');
    throw new PlatformError(cause.code, `parameter $${label}: ${cause.message}`, { cause });
  }
}

/** Positions keep their order; names are ordered by code unit, so that the slots do not depend on the order of keys. */
function orderedParameters(given: GivenParameters): readonly (readonly [string, JsonValue])[] {
  if (isPositional(given)) return given.map((value, index) => [String(index + 1), value] as const);
  return Object.entries(given).sort(([left], [right]) => (left < right ? -1 : 1));
}

function isPositional(given: GivenParameters): given is readonly JsonValue[] {
  return Array.isArray(given);
}

function typeOfValue(value: JsonValue): DataType {
  if (typeof value === 'boolean') return { kind: 'boolean' };
  if (typeof value === 'string' || value === null) return { kind: 'varchar' };
  if (!Number.isInteger(value)) return { kind: 'double' };
  return { kind: value >= -(2 ** 31) && value < 2 ** 31 ? 'integer' : 'bigint' };
}
