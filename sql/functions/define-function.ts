import type { FunctionDefinition, FunctionKind, NullBehaviour } from './function-definition.ts';
import { parseSignature } from './parse-signature.ts';

/** What a catalogue entry says beside name and signatures. */
export interface DefinitionOptions {
  /** Spellings besides the canonical name. */
  readonly also?: readonly string[];
  /** True when SQL text cannot call it by its canonical name (operators and special forms). */
  readonly hidden?: boolean;
  readonly nulls?: NullBehaviour;
  readonly deterministic?: boolean;
}

/** Makes one entry of the catalogue; NULL arguments give NULL and equal arguments equal results unless the options say otherwise. */
export function defineFunction(
  kind: FunctionKind,
  name: string,
  signatures: readonly string[],
  summary: string,
  options: DefinitionOptions = {},
): FunctionDefinition {
  return {
    name,
    kind,
    spellings: [...(options.hidden === true ? [] : [name]), ...(options.also ?? [])],
    overloads: signatures.map(parseSignature),
    nullBehaviour: options.nulls ?? (kind === 'scalar' ? 'propagates' : 'own'),
    deterministic: options.deterministic ?? true,
    summary,
  };
}
