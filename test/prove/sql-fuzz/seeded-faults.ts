import { TokenCursor } from '../../../sql/parse/token-cursor.ts';

/** Faults by which the proof shows that it would see one, with what it must say of each. */
export const SEEDED_FAULTS = {
  'no-depth-limit': /Maximum call stack size exceeded/,
  'type-error-at-a-token': /TypeError/,
  'endless-at-a-token': /ms of processor time/,
  'memory-at-a-token': /memory limit/,
} as const;

/** One of the faults. */
export type SeededFault = keyof typeof SEEDED_FAULTS;

/** Puts a fault into the front end of this thread. */
export function seedFault(fault: SeededFault): void {
  if (fault === 'no-depth-limit') {
    TokenCursor.prototype.enter = () => undefined;
    return;
  }
  const { advance } = TokenCursor.prototype;
  TokenCursor.prototype.advance = function (this: TokenCursor) {
    if (this.token.kind === 'word' && this.token.value === 'HAVING') misbehave(fault);
    return advance.call(this);
  };
}

function misbehave(fault: SeededFault): void {
  if (fault === 'type-error-at-a-token') (undefined as unknown as TokenCursor).advance();
  const kept: number[][] = [];
  for (;;) if (fault === 'memory-at-a-token') kept.push(new Array<number>(1_000_000));
}
