import type { LengthTimes, TextCost } from './time-lengths.ts';
import type { StatementTimes } from './time-statements.ts';

/** What the measuring process is given on its standard input. */
export interface MeasureTask {
  readonly quick: boolean;
  readonly corpora: readonly CorpusText[];
}

/** Statements, and those that define the tables they read; without the latter they are parsed only. */
export interface CorpusText {
  readonly name: string;
  readonly schema: readonly string[] | null;
  readonly statements: readonly string[];
}

/** What the measuring process hands back on its standard output. */
export interface MeasuredSql {
  readonly corpora: readonly MeasuredCorpus[];
  /** A point query and a dashboard's query, from text to plan. */
  readonly small: readonly MeasuredStatement[];
  readonly peers: readonly MeasuredPeer[];
  readonly parseLengths: readonly ParsedLengths[];
  readonly bindLengths: readonly LengthTimes[];
}

/** One shape through our parser. */
export interface ParsedLengths extends LengthTimes {
  /** What the greatest length costs beside it: V8 reading the same tree from JSON, and PostgreSQL's parser. */
  readonly treeFromJson: TextCost;
  readonly libpgQuery: TextCost;
}

/** One corpus through our front end. */
export interface MeasuredCorpus {
  readonly name: string;
  readonly statements: number;
  readonly parse: StatementTimes;
  /** Parse and bind up to the plan with its fingerprint, the catalog being in memory. */
  readonly bind: StatementTimes;
}

/** One statement through our front end. */
export interface MeasuredStatement {
  readonly name: string;
  readonly bind: StatementTimes;
}

/** One peer on one corpus. */
export interface MeasuredPeer {
  readonly peer: string;
  readonly corpus: string;
  readonly statements: number;
  /** How many statements it and we make a tree of. */
  readonly parsed: number;
  readonly oursParsed: number;
  /** Times over the statements that both parse, run in turn; null when there are none. */
  readonly times: { readonly ours: StatementTimes; readonly peer: StatementTimes } | null;
}
