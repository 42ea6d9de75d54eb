export {
  type CallOptions,
  type Channel,
  type ChannelOptions,
  type Exchange,
  type Handler,
  type Json,
  type OpenOptions,
  type ServeContext,
} from './channel.ts';
export { createChannel } from './create-channel.ts';
export { isProcessRunning } from './is-process-running.ts';
export { networkIsolation, runnableModule } from './child-command.ts';
export { runChild } from './child-main.ts';
export { explainLoss } from './explain-loss.ts';
export type { PeerLimits } from './peer-budget.ts';
export { lowerPriority } from './lower-priority.ts';
export { residentBytes } from './process-memory.ts';
export {
  type CheckpointAnswer,
  type CheckpointMessage,
  type PushMessage,
  RemoteView,
  type RowsMessage,
} from './remote-view.ts';
export { type RunLimits, watchRun } from './run-limits.ts';
export { type ChildHandle, type ChildOptions, spawnChild } from './spawn-child.ts';
export { spawnWorker, type WorkerHandle, type WorkerOptions } from './spawn-worker.ts';
export { runWorker } from './worker-main.ts';
export { createWarmPool, type Lease, type WarmPool, type WarmPoolOptions } from './warm-pool.ts';
