import { PlatformError } from '../../spi/index.ts';
import type { ServerAddress } from '../../client/index.ts';
import { followEngine } from '../client/engine-client.ts';
import { type CommandArguments, type CommandIo, EXIT, textOption } from '../command/command.ts';
import { renderTraceLine } from '../format/render-trace-line.ts';

/** Units: seconds. */
const SECONDS_MAX = 86_400;

/** Shows what a server and an engine say to each other, as it is said; returns the exit code.
 *  @throws REQUEST_INVALID for a time that is none, the server's coded error */
export async function runTrace(name: string, call: CommandArguments, io: CommandIo, server: ServerAddress): Promise<number> {
  const seconds = readSeconds(textOption(call, 'seconds'));
  const [isJson, values] = [call.options['json'] === true, call.options['values'] === true];
  const stop = new AbortController();
  const onStop = (): void => {
    stop.abort();
  };
  process.once('SIGINT', onStop);
  const timer = seconds === null ? null : setTimeout(onStop, seconds * 1000);
  try {
    for await (const line of followEngine(server, name, { values, signal: stop.signal })) {
      if (line === null) io.stderr.write(`Following ${name}${seconds === null ? '; Ctrl-C ends' : ` for ${String(seconds)} s`}.\n`);
      else io.stdout.write(`${isJson ? JSON.stringify(line) : renderTraceLine(line)}\n`);
    }
    return EXIT.done;
  } finally {
    if (timer !== null) clearTimeout(timer);
    process.off('SIGINT', onStop);
  }
}

function readSeconds(text: string | null): number | null {
  if (text === null) return null;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= SECONDS_MAX) return seconds;
  throw new PlatformError('REQUEST_INVALID', `--seconds is a number up to ${String(SECONDS_MAX)}, not '${text}'`);
}
