import type { Expression, PlanNode, ScanNode, SessionSettings } from '../../spi/index.ts';
import type { SelectBlock } from './select-block.ts';

/** What the parts of one printing share. */
export interface PrintContext {
  readonly session: SessionSettings;
  /** The SQL by which each plan column can be read where printing stands; ids are unique in the plan, so scopes need no names of their own. */
  readonly columnSql: Map<number, string>;
  /** Names of columns that a scan gives out: their types are exact, so that no cast has to be printed around them. */
  readonly scanNames: Set<string>;
  /** Slots of the parameters printed so far; slot `i` of the list is `$(i+1)` in the text. */
  readonly parameterSlots: number[];
  /** Returns the FROM item of a scan. */
  scan(node: ScanNode): string;
  /** Returns what the rows of the FROM item must still meet. */
  residual(node: ScanNode): Expression | null;
  /** Returns a fresh alias of a derived table. */
  newAlias(): string;
  /** Prints a relation. @throws SQL_TOO_DEEP, ENGINE_UNSUPPORTED */
  node(node: PlanNode): SelectBlock;
  /** Prints a value; the text stands by itself, so that it needs no parentheses anywhere. @throws SQL_TOO_DEEP, ENGINE_UNSUPPORTED */
  expression(expression: Expression): string;
}
