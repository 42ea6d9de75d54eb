/** A name of a table or view: schema and name, as stored (identifiers compare without regard to case). */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
  /** The catalog of a table of an outside database; left out for the platform's own. */
  readonly catalog?: string;
}

/** A table, for good: the uuid stays through renames and is new for a table created again under an old name. */
export interface TableRef extends RelationName {
  readonly uuid: string;
  /** The branch whose rows are read or written; left out for those of the table itself, the branch `main`. */
  readonly branch?: string;
}
