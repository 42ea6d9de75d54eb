import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PlatformError } from '../../spi/index.ts';
import type { TlsFiles } from '../config/config.ts';

/** What a server proves itself with. Shape: PEM. */
export interface TlsMaterial {
  /** The server's certificate first, then those between it and its authority. */
  readonly certificate: string;
  readonly key: string;
  /** The server's certificate alone. */
  readonly leaf: string;
}

/** Reads and checks the files; null when none are configured.
 *  @throws CONFIG_INVALID, naming the file, when one is missing, not readable or not PEM, when the key is not that of the certificate, or when
 *    the certificate does not hold today */
export function readTlsFiles({ certificateFile, keyFile }: TlsFiles, nowMs: number = Date.now()): TlsMaterial | null {
  if (certificateFile === null && keyFile === null) return null;
  if (certificateFile === null || keyFile === null) {
    const [given, missing] = certificateFile === null ? ['keyFile', 'certificateFile'] : ['certificateFile', 'keyFile'];
    throw new PlatformError('CONFIG_INVALID', `http.tls.${given} is set without http.tls.${missing}`);
  }
  const certificate = readText('http.tls.certificateFile', certificateFile);
  const key = readText('http.tls.keyFile', keyFile);
  const leaf = parse('http.tls.certificateFile', certificateFile, 'a certificate', () => new X509Certificate(certificate));
  const privateKey: KeyObject = parse('http.tls.keyFile', keyFile, 'a private key without a password', () => createPrivateKey(key));
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new PlatformError('CONFIG_INVALID', `http.tls.keyFile: ${keyFile} is not the key of the certificate in ${certificateFile}`);
  }
  if (Date.parse(leaf.validTo) < nowMs) throw outOfDate(certificateFile, `expired on ${leaf.validTo}`);
  if (Date.parse(leaf.validFrom) > nowMs) throw outOfDate(certificateFile, `is not valid before ${leaf.validFrom}`);
  return { certificate, key, leaf: leaf.toString() };
}

function readText(name: string, file: string): string {
  return parse(name, file, 'a file that can be read', () => readFileSync(file, 'utf8'));
}

function parse<Value>(name: string, file: string, expected: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    // What OpenSSL says of a key may quote it; the system's error codes do not.
    const { code } = error as NodeJS.ErrnoException;
    throw new PlatformError('CONFIG_INVALID', `${name}: ${file} is not ${expected}${code === undefined ? '' : ` (${code})`}`);
  }
}

function outOfDate(file: string, why: string): PlatformError {
  return new PlatformError('CONFIG_INVALID', `http.tls.certificateFile: the certificate in ${file} ${why}`);
}
