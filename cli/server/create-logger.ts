import { pino } from 'pino';
import type { Config } from '../config/config.ts';
import type { Logger } from '../../spi/index.ts';

/** Returns a logger that writes JSON lines to the standard error. */
export function createLogger(level: Config['log']['level']): Logger {
  return pino(
    { level, base: null, redact: ['token', '*.token', 'authorization', '*.authorization'] },
    pino.destination({ fd: 2, sync: true }),
  );
}
