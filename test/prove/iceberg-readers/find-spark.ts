import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PlatformError } from '../../../spi/index.ts';
import { findPython } from './find-python.ts';

/** What Maven brings: Iceberg for Spark, and the store of a catalog in which tables are registered by their metadata. */
const ARTIFACTS: readonly (readonly [group: string, artifact: string, version: string])[] = [
  ['org.apache.iceberg', 'iceberg-spark-runtime-4.1_2.13', '1.11.0'],
  ['org.xerial', 'sqlite-jdbc', '3.50.3.0'],
];

/** Spark with Iceberg, as the scripts start it. */
export interface Spark {
  readonly python: string;
  /** Paths of the jars beside Spark's own. */
  readonly jars: readonly string[];
}

/** Returns Spark with Iceberg; what is missing of it is fetched by pip and Maven into the checkout, once.
 *  @throws CONFIG_INVALID when Java, Maven or Python is missing, or something cannot be fetched */
export async function findSpark(): Promise<Spark> {
  await runTool('java', ['-version']);
  const python = await findPython('spark');
  const folder = fileURLToPath(new URL('../../../.venv-spark/jars', import.meta.url));
  const jars: string[] = [];
  for (const [group, artifact, version] of ARTIFACTS) {
    const jar = join(folder, `${artifact}-${version}.jar`);
    jars.push(jar);
    if (existsSync(jar)) continue;
    const coordinates = `-Dartifact=${group}:${artifact}:${version}`;
    await runTool('mvn', ['--batch-mode', '-q', 'dependency:copy', coordinates, `-DoutputDirectory=${folder}`]);
  }
  return { python, jars };
}

async function runTool(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args);
  } catch (error) {
    const { stderr, stdout } = error as { stderr?: string; stdout?: string };
    throw new PlatformError(
      'CONFIG_INVALID',
      `${program} cannot be run: ${(stderr ?? '') + (stdout ?? '') || String(error)}`.slice(0, 2000),
      {
        hint: 'Spark needs Java 17 and Maven (Debian: apt-get install openjdk-17-jre-headless maven).',
        cause: error,
      },
    );
  }
}
