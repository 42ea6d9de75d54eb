import { mkdirSync } from 'node:fs';
import { composePlatform, type PlatformOptions } from '../compose-platform.ts';
import type { Config } from '../config/config.ts';
import { createLogger } from './create-logger.ts';
import { readTlsFiles } from './read-tls-files.ts';
import { ensureToken } from './token-file.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** A server that takes requests. */
export interface RunningServer {
  readonly url: string;
  readonly token: string | null;
  /** The certificate that it shows, as PEM; null for http. */
  readonly certificate: string | null;
  /** Reads the files of certificate and key again and returns the certificate; connections that stand go on.
   *  @throws CONFIG_INVALID, and then shows what it showed before */
  renewTls(): string | null;
  /** Lets running statements end, at most for the time given, then closes everything. */
  stop(timeoutMs: number): Promise<void>;
}

/** Starts the whole platform and listens. */
export async function startServer(config: Config, options: PlatformOptions = { resumeJobs: false }): Promise<RunningServer> {
  mkdirSync(config.data.directory, { recursive: true });
  const token = config.auth.mode === 'none' ? null : (config.auth.token ?? ensureToken(config.data.directory));
  const identity = readTlsFiles(config.http.tls);
  const log = createLogger(config.log.level);
  if (identity === null && !LOOPBACK.has(config.http.host)) {
    log.warn(
      { host: config.http.host },
      'tokens and rows cross the network unencrypted: set http.tls.certificateFile and http.tls.keyFile',
    );
  }
  const platform = await composePlatform({ config, token, tls: identity }, log, options);
  try {
    await platform.gateway.listen();
    return {
      url: platform.gateway.address.url,
      token,
      certificate: identity?.leaf ?? null,
      renewTls: () => {
        const renewed = readTlsFiles(config.http.tls);
        if (renewed === null) return null;
        platform.gateway.renewTls(renewed);
        return renewed.leaf;
      },
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
