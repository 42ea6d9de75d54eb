import { type NewStream, PlatformError, type RelationName, type StreamRecord, type TableRef } from '../../spi/index.ts';
import { nameTaken, unknownSchema, unknownTable } from '../catalog/unknown-name.ts';
import type { CatalogReader, RelationPointer } from '../catalog-store/catalog-store.ts';
import { writeEmptyTable } from '../commit/write-empty-table.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { removeStream } from './remove-stream.ts';

/** Property of a result table by which everybody knows it as a materialized view. */
const RESULT_PROPERTY = { 'trivium.materialized-view': 'true' };

/** Creates a stream: the first metadata of its tables is written and synced, then their names appear together with the record.
 *  @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA, CATALOG_INVALID_NAME */
export async function createStream(parts: CommitterParts, operationId: string, stream: NewStream): Promise<StreamRecord> {
  const { result: resultSpec, late: lateSpec, ...rest } = stream;
  // Asked again after a lost answer, the names are taken by these very tables.
  const made = parts.store.hasOperation(operationId) ? parts.store.stream(parts.store.relation(resultSpec.name)?.uuid ?? '') : null;
  if (made !== null) return made;
  checkFree(parts.store, resultSpec.name);
  if (lateSpec !== null) checkFree(parts.store, lateSpec.name);
  const spec = { ...resultSpec, properties: { ...resultSpec.properties, ...RESULT_PROPERTY } };
  const result = await writeEmptyTable(parts, spec);
  const late = lateSpec === null ? null : await writeEmptyTable(parts, lateSpec);
  return parts.store.update(operationId, (state) => {
    const put = (pointer: RelationPointer): TableRef => {
      checkFree(state, pointer);
      const schema = state.schema(pointer.schema) ?? pointer.schema;
      state.putRelation({ ...pointer, schema, stream: result.uuid });
      return { schema, name: pointer.name, uuid: pointer.uuid };
    };
    const record: StreamRecord = {
      ...rest,
      table: put(result),
      lateTable: late === null ? null : put(late),
      paused: false,
      failure: null,
      checkpoint: null,
      createdAtMs: Date.now(),
    };
    state.putStream(record);
    return record;
  });
}

function checkFree(catalog: CatalogReader, name: RelationName): void {
  if (catalog.schema(name.schema) === null) throw unknownSchema(catalog, name.schema);
  const found = catalog.relation(name);
  if (found !== null) throw nameTaken(found.stream === found.uuid ? 'materialized view' : found.kind, found.name);
}

/** Notes that a stream is paused, or why it stopped. @throws CATALOG_UNKNOWN_TABLE */
export function changeStream(
  parts: CommitterParts,
  operationId: string,
  table: TableRef,
  change: Pick<StreamRecord, 'paused' | 'failure'>,
): void {
  parts.store.update(operationId, (state) => {
    const stream = state.stream(table.uuid);
    if (stream === null) throw unknownTable(state, table);
    state.putStream({ ...stream, ...change });
    return null;
  });
}

/** Forgets a stream and its tables. @throws CATALOG_UNKNOWN_TABLE unless `ifExists`, CATALOG_NOT_A_TABLE */
export function dropStream(parts: CommitterParts, operationId: string, name: RelationName, ifExists: boolean): void {
  parts.store.update(operationId, (state) => {
    const found = state.relation(name);
    if (found === null) {
      if (ifExists) return null;
      throw unknownTable(state, name);
    }
    if (found.stream !== found.uuid) {
      const text = `${JSON.stringify(found.name)} is a ${found.kind}, not a materialized view.`;
      throw new PlatformError('CATALOG_NOT_A_TABLE', text, {
        hint: `Use DROP ${found.kind === 'view' ? 'VIEW' : 'TABLE'} or another name.`,
      });
    }
    removeStream(state, found.uuid);
    return null;
  });
}
