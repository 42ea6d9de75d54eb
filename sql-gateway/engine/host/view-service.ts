import {
  assert,
  type Engine,
  type ViewCheckpoint,
  type ViewEngine,
  type ViewRows,
  type ViewRun,
  type ViewStart,
} from '../../../spi/index.ts';
import type { CheckpointAnswer, CheckpointMessage, Handler, Json, PushMessage, RowsMessage } from '../../../runtime/process/index.ts';
import { type CheckViewMessage, ENGINE_METHODS, type ViewAddress } from './host-message.ts';

interface HostedView {
  readonly run: ViewRun;
  /** What the last checkpoint gave. */
  changes: ViewCheckpoint | null;
}

/** Returns the methods of a hosted engine that keeps views. */
export function viewService(engineOf: () => Engine): Readonly<Record<string, Handler>> {
  const views = new Map<number, HostedView>();
  let last = 0;
  const find = (view: number): HostedView => {
    const found = views.get(view);
    assert(found !== undefined, 'a view is started before it is used');
    return found;
  };
  return {
    [ENGINE_METHODS.checkView]: async ({ query, watermarks }: CheckViewMessage) =>
      (await viewEngine(engineOf()).checkView(query, watermarks)) as unknown as Json,
    [ENGINE_METHODS.startView]: async (start: ViewStart) => {
      const run = await viewEngine(engineOf()).startView(start);
      last += 1;
      views.set(last, { run, changes: null });
      return last;
    },
    [ENGINE_METHODS.pushView]: async ({ view, scan, change }: ViewAddress & PushMessage, { frames }) => {
      await find(view).run.push(scan, change, frames);
      return null;
    },
    [ENGINE_METHODS.checkpointView]: async ({ view, stateFile }: ViewAddress & CheckpointMessage) => {
      const hosted = find(view);
      hosted.changes = await hosted.run.checkpoint(stateFile);
      return answerOf(hosted.changes) as unknown as Json;
    },
    [ENGINE_METHODS.viewRows]: async ({ view, part }: ViewAddress & RowsMessage, context) => {
      for await (const frame of rowsOf(find(view), part).frames) await context.send(frame);
      return null;
    },
    [ENGINE_METHODS.closeView]: async (view: number) => {
      const { run } = find(view);
      views.delete(view);
      await run.close();
      return null;
    },
  };
}

function viewEngine(engine: Engine): ViewEngine {
  assert(engine.capabilities.statements.includes('view'), "an engine that keeps views declares 'view'");
  return engine as ViewEngine;
}

function answerOf({ final, open, late, watermarksUs, stateBytes }: ViewCheckpoint): CheckpointAnswer {
  return { finalRows: final.rows, openRows: open?.rows ?? null, lateRows: late.map(({ rows }) => rows), watermarksUs, stateBytes };
}

function rowsOf({ changes }: HostedView, part: RowsMessage['part']): ViewRows {
  assert(changes !== null, 'rows of a checkpoint are read before the next change');
  const rows = typeof part === 'number' ? changes.late[part] : part === 'final' ? changes.final : changes.open;
  assert(rows !== undefined && rows !== null, 'rows are those of a part of the checkpoint');
  return rows;
}
