import type { Json } from '../../runtime/process/index.ts';
import type { CommitterRequest } from './committer-request.ts';

/** A request without its operation id, which the committer gives it. */
export type CommitterCall = CommitterRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'operationId'>
    : never
  : never;

/** Carries out changes of the catalog. */
export interface Committer {
  /** Guarantees: the change is durable when this returns; after a lost answer it is asked for again, and done once.
   *  @throws STORAGE_UNAVAILABLE when it was not begun, STORAGE_OUTCOME_UNKNOWN when it may have happened */
  run(call: CommitterCall): Promise<Json>;
  close(): Promise<void>;
}
