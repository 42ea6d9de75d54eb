import type { Progress } from '../../spi/index.ts';
import { type ChildHandle, residentBytes } from '../../runtime/process/index.ts';
import { CHILD_METHODS, type ProgressAnswer } from './child-message.ts';

const INTERVAL_MS = 200;

/** Looks at a busy process from time to time. */
export interface ChildWatch {
  /** Resident memory when last seen; 0 before the first look. */
  readonly rssBytesLast: number;
  stop(): void;
}

/** Follows memory and, when somebody wants it, progress of a process while it runs a statement. Short statements are over before the first look. */
export function watchChild(child: ChildHandle, onProgress: ((progress: Progress) => void) | undefined): ChildWatch {
  let rssBytesLast = 0;
  let asking = false;
  const timer = setInterval(() => {
    rssBytesLast = Math.max(rssBytesLast, residentBytes(child.pid));
    if (onProgress === undefined || asking) return;
    asking = true;
    child.channel.call(CHILD_METHODS.progress, null).then(
      (answer) => {
        asking = false;
        onProgress(answer as unknown as ProgressAnswer);
      },
      () => {
        // The process is gone; whoever waits for its rows is told.
      },
    );
  }, INTERVAL_MS);
  return {
    get rssBytesLast() {
      return rssBytesLast;
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}
