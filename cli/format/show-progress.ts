import { formatElapsed } from './print-result.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;

/** Shows on a terminal that work goes on, and for how long; writes nothing where no person watches, or when the work is over at once. */
export function showProgress(output: NodeJS.WriteStream, label: string | (() => string)): { readonly stop: () => void } {
  if (!output.isTTY) return { stop: () => {} };
  const startedAt = performance.now();
  let frame = 0;
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    const sign = FRAMES[frame % FRAMES.length] ?? '';
    frame += 1;
    const text = typeof label === 'string' ? label : label();
    output.write(`\r\u001b[2K${sign} ${text} ${formatElapsed(performance.now() - startedAt)}`);
  }, FRAME_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      if (shown) output.write('\r\u001b[2K');
    },
  };
}
