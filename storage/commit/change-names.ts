import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type IfExists, pathToLocation, PlatformError, type RelationName, type TableSpec, type ViewDefinition } from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import { nameTaken, streamTable, unknownSchema, unknownTable, wrongKind } from '../catalog/unknown-name.ts';
import type { CatalogReader, CatalogUpdate, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { printLosslessJson } from '../iceberg/json/lossless-json.ts';
import { sealedId } from '../file/sealed-name.ts';
import { newViewMetadata } from '../iceberg/metadata/view-metadata.ts';
import { removeStream } from '../stream/remove-stream.ts';
import { syncDirectories } from './sync-directories.ts';
import { writeEmptyTable } from './write-empty-table.ts';

/** Creates a schema. */
export function createSchema(parts: CommitterParts, operationId: string, schema: string, ifExists: 'fail' | 'keep'): void {
  checkName(schema, 'schema');
  parts.store.update(operationId, (state) => {
    const found = state.schema(schema);
    if (found === null) state.putSchema(schema);
    else if (ifExists === 'fail') throw nameTaken('schema', found);
    return null;
  });
}

/** Drops a schema, with all in it when `cascade` is set. */
export function dropSchema(
  parts: CommitterParts,
  operationId: string,
  schema: string,
  options: { readonly ifExists: boolean; readonly cascade: boolean },
): void {
  parts.store.update(operationId, (state) => {
    const found = state.schema(schema);
    if (found === null) {
      if (options.ifExists) return null;
      throw unknownSchema(state, schema);
    }
    const relations = state.relations(schema);
    if (relations.length > 0 && !options.cascade) {
      throw new PlatformError(
        'CATALOG_NOT_EMPTY',
        `The schema ${JSON.stringify(found)} holds ${String(relations.length)} tables or views.`,
        {
          hint: 'Drop them first, or use CASCADE.',
        },
      );
    }
    for (const relation of relations) {
      if (relation.stream === undefined) state.removeRelation(relation);
      else removeStream(state, relation.stream);
    }
    state.removeSchema(schema);
    return null;
  });
}

/** Creates an empty table: its first metadata is written and synced, then its name appears. */
export async function createTable(parts: CommitterParts, operationId: string, spec: TableSpec, ifExists: IfExists): Promise<void> {
  // Asked again after a lost answer, the name is taken by this very table.
  if (parts.store.hasOperation(operationId)) return;
  checkName(spec.name.name, 'table');
  const blocker = creationBlocker(parts.store, spec.name, 'table', ifExists);
  if (blocker === 'kept') return;
  const pointer = await writeEmptyTable(parts, spec);
  parts.store.update(operationId, (state) => putNew(state, pointer, ifExists));
}

/** Creates a view. */
export async function createView(
  parts: CommitterParts,
  operationId: string,
  view: Omit<ViewDefinition, 'kind'>,
  ifExists: IfExists,
): Promise<void> {
  if (parts.store.hasOperation(operationId)) return;
  checkName(view.name.name, 'view');
  if (creationBlocker(parts.store, view.name, 'view', ifExists) === 'kept') return;
  const uuid = randomUUID();
  const directory = tableDirectory(parts.tablesDirectory, view.name, uuid);
  const bytes = Buffer.from(printLosslessJson(newViewMetadata(view, uuid, pathToLocation(directory))));
  const path = join(directory, 'metadata', `00000-${sealedId(bytes)}.metadata.json`);
  await parts.files.makeDirectory(join(directory, 'metadata'));
  await parts.files.write(path, bytes);
  await syncDirectories(parts.files, [join(directory, 'metadata')], parts.warehouseDirectory);
  const pointer = {
    kind: 'view',
    name: view.name.name,
    uuid,
    metadataLocation: pathToLocation(path),
    tableLocation: pathToLocation(directory),
  } as const;
  parts.store.update(operationId, (state) => putNew(state, { ...pointer, schema: view.name.schema }, ifExists));
}

/** Forgets a table or view. */
export function dropRelation(
  parts: CommitterParts,
  operationId: string,
  drop: { readonly relation: 'table' | 'view'; readonly name: RelationName; readonly ifExists: boolean },
): void {
  parts.store.update(operationId, (state) => {
    const found = state.relation(drop.name);
    if (found === null) {
      if (drop.ifExists) return null;
      throw unknownTable(state, drop.name);
    }
    if (found.stream !== undefined) throw streamTable(found);
    if (found.kind !== drop.relation) throw wrongKind(found, found.kind);
    state.removeRelation(found);
    return null;
  });
}

function putNew(state: CatalogUpdate, pointer: RelationPointer, ifExists: IfExists): null {
  if (creationBlocker(state, pointer, pointer.kind, ifExists) === 'kept') return null;
  const found = state.relation(pointer);
  if (found !== null) state.removeRelation(found);
  state.putRelation({ ...pointer, schema: state.schema(pointer.schema) ?? pointer.schema });
  return null;
}

/** Returns 'kept' when the name stands for what is asked for already, null when it may be made. */
function creationBlocker(catalog: CatalogReader, name: RelationName, kind: 'table' | 'view', ifExists: IfExists): 'kept' | null {
  if (catalog.schema(name.schema) === null) throw unknownSchema(catalog, name.schema);
  const found = catalog.relation(name);
  if (found === null) return null;
  if (ifExists === 'keep') return 'kept';
  if (ifExists === 'fail') throw nameTaken(found.kind, found.name);
  if (found.stream !== undefined) throw streamTable(found);
  if (found.kind !== kind) throw wrongKind(found, found.kind);
  return null;
}
