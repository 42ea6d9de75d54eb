import { formatElapsed } from './print-result.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/** Shows on a terminal that work goes on, and for how long; writes nothing where no person watches. */
export function showProgress(output: NodeJS.WriteStream, label: string): { stop(): void } {
  if (!output.isTTY) return { stop: () => {} };
  const startedAt = performance.now();
  let frame = 0;
  const timer = setInterval(() => {
    const sign = FRAMES[frame % FRAMES.length] ?? '';
    frame += 1;
    output.write(`\r\u001b[2K${sign} ${label} ${formatElapsed(performance.now() - startedAt)}`);
  }, FRAME_MS);
  timer.unref();
  return {
    stop: () => {
      clearInterval(timer);
      output.write('\r\u001b[2K');
    },
  };
}
