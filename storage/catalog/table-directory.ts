import { join } from 'node:path';
import type { RelationName } from '../../spi/index.ts';

/** Returns the directory of a new table: `<tables>/<schema>/<name>-<first 8 digits of the uuid>`. Characters that file systems or people
 *  stumble over become `_`: the catalog knows the table by its pointer, the directory's name only helps people. */
export function tableDirectory(tablesDirectory: string, name: RelationName, uuid: string): string {
  return join(tablesDirectory, plain(name.schema), `${plain(name.name)}-${uuid.slice(0, 8)}`);
}

function plain(name: string): string {
  const kept = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 100);
  return kept === '' ? '_' : kept;
}
