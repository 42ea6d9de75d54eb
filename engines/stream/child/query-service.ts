import { RecordBatchReader } from 'apache-arrow';
import { assert, type PlanColumn, PlatformError } from '../../../spi/index.ts';
import type { Handler, ServeContext } from '../../../runtime/process/index.ts';
import { decodeBatch } from '../changelog/decode-batch.ts';
import { encodeBatch, encodeResultSchema } from '../changelog/encode-batch.ts';
import { CHILD_METHODS, type QueryMessage, readSplitMark } from '../child-message.ts';
import { Dataflow, planDataflow } from '../dataflow/index.ts';

/** Returns the methods of a query process. */
export function queryService(): Readonly<Record<string, Handler>> {
  return {
    [CHILD_METHODS.query]: async (message: QueryMessage, context) => {
      await runQuery(message, context);
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
  let reader: SplitReader | null = null;
  for await (const frame of context.frames) {
    const scan = readSplitMark(frame);
    if (scan !== null) {
      const columns = scans[scan];
      assert(columns !== undefined, 'frames are those of a scan of the plan');
      reader = new SplitReader(scan, columns);
      continue;
    }
    if (reader === null) throw new PlatformError('INTERNAL_INVARIANT', 'frames come after the mark of their split');
    reader.read(frame, dataflow);
    await sendResults();
  }
  dataflow.flush();
  await sendResults();
}

/** Reads the frames of one split. */
class SplitReader {
  readonly #scan: number;
  readonly #columns: readonly PlanColumn[];
  #schema: Uint8Array | null = null;

  constructor(scan: number, columns: readonly PlanColumn[]) {
    this.#scan = scan;
    this.#columns = columns;
  }

  read(frame: Uint8Array, dataflow: Dataflow): void {
    if (this.#schema === null) {
      this.#schema = frame;
      return;
    }
    for (const batch of RecordBatchReader.from([this.#schema, frame])) {
      dataflow.push(this.#scan, decodeBatch(batch, this.#columns, dataflow.pool));
    }
  }
}
