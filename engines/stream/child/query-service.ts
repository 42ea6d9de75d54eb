import { assert, PlatformError } from '../../../spi/index.ts';
import type { Handler, ServeContext } from '../../../runtime/process/index.ts';
import { encodeBatch, encodeResultSchema } from '../changelog/encode-batch.ts';
import { FrameReader } from '../changelog/frame-reader.ts';
import { CHILD_METHODS, type QueryMessage, readSplitMark } from '../child-message.ts';
import { Dataflow, planDataflow } from '../dataflow/index.ts';
import { explainFailure } from '../explain-failure.ts';

/** Returns the methods of a query process. */
export function queryService(): Readonly<Record<string, Handler>> {
  return {
    [CHILD_METHODS.query]: async (message: QueryMessage, context) => {
      try {
        await runQuery(message, context);
      } catch (error) {
        throw explainFailure(error);
      }
      return null;
    },
  };
}

/** Runs a bounded query: the whole input is one micro-batch to which rows are only added. */
async function runQuery({ plan, session, scans }: QueryMessage, context: ServeContext): Promise<void> {
  const results: Uint8Array[] = [encodeResultSchema(plan.output)];
  const dataflow = new Dataflow(planDataflow(plan, { timeZone: session.timeZone }), {
    retractions: false,
    sink: (batch, pool) => {
      results.push(encodeBatch(batch, plan.output, pool));
    },
  });
  const sendResults = async (): Promise<void> => {
    for (const frame of results.splice(0)) await context.send(frame);
  };
  await sendResults();
  let reader: { readonly scan: number; readonly frames: FrameReader } | null = null;
  for await (const frame of context.frames) {
    const scan = readSplitMark(frame);
    if (scan !== null) {
      const columns = scans[scan];
      assert(columns !== undefined, 'frames are those of a scan of the plan');
      reader = { scan, frames: new FrameReader(columns, dataflow.pool) };
      continue;
    }
    if (reader === null) throw new PlatformError('INTERNAL_INVARIANT', 'frames come after the mark of their split');
    for (const batch of reader.frames.read(frame)) dataflow.push(reader.scan, batch);
    await sendResults();
  }
  dataflow.flush();
  await sendResults();
}
