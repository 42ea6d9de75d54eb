import { mkdirSync } from 'node:fs';
import { composePlatform, type PlatformOptions } from '../compose-platform.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from './create-logger.ts';
import { ensureToken } from './token-file.ts';

/** A server that takes requests. */
export interface RunningServer {
  readonly url: string;
  readonly token: string | null;
  /** Lets running statements end, at most for the time given, then closes everything. */
  stop(timeoutMs: number): Promise<void>;
}

/** Starts the whole platform and listens. */
export async function startServer(config: Config, options: PlatformOptions = { resumeJobs: false }): Promise<RunningServer> {
  mkdirSync(config.data.directory, { recursive: true });
  const token = config.auth.mode === 'none' ? null : (config.auth.token ?? ensureToken(config.data.directory));
  const platform = await composePlatform(config, token, createLogger(config.log.level), options);
  try {
    await platform.gateway.listen();
    return {
      url: platform.gateway.address.url,
      token,
      stop: async (timeoutMs) => {
        await platform.gateway.drain(timeoutMs);
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
}
