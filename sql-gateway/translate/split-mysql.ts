import { type MysqlToken, tokenizeMysql, translationError } from './mysql-token.ts';

/** One statement of a file. */
export interface MysqlStatement {
  readonly text: string;
  /** Units: lines from 1. */
  readonly line: number;
  /** Why it may be passed over, null when it must be translated. */
  readonly skipped: string | null;
}

/** Modes that change what the following statements mean. */
const MODES = /ANSI|NO_BACKSLASH_ESCAPES|PIPES_AS_CONCAT|IGNORE_SPACE|HIGH_NOT_PRECEDENCE/i;

/** Cuts a file into its statements. Settings, locks and switched-off keys of dumps may be passed over; settings that change the meaning of
 *  what follows may not. @throws SQL_TRANSLATION, SQL_SYNTAX */
export function splitMysql(text: string): readonly MysqlStatement[] {
  const statements: MysqlStatement[] = [];
  let tokens: MysqlToken[] = [];
  let line = 1;
  let counted = 0;
  for (const token of tokenizeMysql(maskVariables(text))) {
    const ends = token.kind === 'end' || (token.kind === 'symbol' && token.value === ';');
    if (!ends) {
      tokens.push(token);
      continue;
    }
    const [first] = tokens;
    if (first !== undefined) {
      for (; counted < first.start; counted += 1) if (text.charCodeAt(counted) === 10) line += 1;
      statements.push({ text: text.slice(first.start, token.start).trim(), line, skipped: reasonToSkip(text, tokens) });
    }
    tokens = [];
  }
  return statements;
}

/** Variables stand in the settings of dumps, which are passed over; elsewhere the translation of the statement refuses them. */
function maskVariables(text: string): string {
  return text.replaceAll('@', '$').replaceAll(':=', '==');
}

function reasonToSkip(text: string, tokens: readonly MysqlToken[]): string | null {
  const [first] = tokens as readonly [MysqlToken, ...MysqlToken[]];
  const executable = tokens.find((token) => token.kind === 'executable');
  if (executable !== undefined && tokens.length > 1)
    throw translationError(text, executable, 'a comment that MySQL runs has no translation');
  const words = executable === undefined ? text.slice(first.start, tokens.at(-1)?.end) : executable.value.trim();
  if (/^SET\b/i.test(words)) {
    const zone = /TIME_ZONE\s*=\s*(?!'\+00:00'|\$)/i.test(words.replaceAll('@', '$'));
    if (MODES.test(words) || zone) throw translationError(text, first, 'a setting that changes what follows has no translation');
    return 'a setting';
  }
  if (/^(LOCK|UNLOCK)\s+TABLES\b/i.test(words)) return 'a lock';
  if (/^ALTER\s+TABLE\b.*\b(DISABLE|ENABLE)\s+KEYS$/is.test(words)) return 'keys are not enforced';
  if (executable !== undefined) throw translationError(text, executable, 'a comment that MySQL runs has no translation');
  return null;
}
