import type { CreateFunction, QualifiedName } from '../ast/index.ts';
import { functionBySpelling } from '../functions/index.ts';
import { refusedStatement, type RefusedStatement } from './refused-statement.ts';

/** Binds CREATE FUNCTION: code from outside is not run.
 *  @throws SQL_UNSUPPORTED never here; running it is refused */
export function bindCreateFunction(node: CreateFunction): RefusedStatement {
  const name = node.name.parts.map((part) => part.name).join('.');
  const own = node.name.parts.length === 1 ? functionBySpelling(name) : null;
  const hint =
    own === null
      ? 'A plugin adds functions (docs/spi/functions.md); SHOW FUNCTIONS lists those that there are.'
      : `The platform has a function ${own.name} of its own; statements use it without CREATE FUNCTION.`;
  return refusedStatement(`CREATE FUNCTION ${name}`, hint, { implementation: node.implementation });
}

/** Binds DROP FUNCTION. */
export function refusedDropFunction({ parts }: QualifiedName): RefusedStatement {
  const name = parts.map((part) => part.name).join('.');
  return refusedStatement(
    `DROP FUNCTION ${name}`,
    "The platform's functions are there for good, those of plugins as long as the configuration names them.",
  );
}
