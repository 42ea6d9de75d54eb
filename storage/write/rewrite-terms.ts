import type { StagedWrite } from '../committer/committer-request.ts';

/** What a rewrite says beside its files, on its way from the goal to the commit. */
export type RewriteTerms = Pick<StagedWrite, 'removes' | 'rows' | 'changes' | 'basedOn' | 'sameRows' | 'lineage' | 'readAt'>;

/** Returns the terms of what holds them beside other things. */
export function rewriteTerms({ removes, rows, changes, basedOn, sameRows, lineage, readAt }: RewriteTerms): RewriteTerms {
  return { removes, rows, changes, basedOn, sameRows, lineage, readAt };
}
