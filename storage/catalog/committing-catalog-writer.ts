import type { CatalogWriter, IfExists, RelationName, TableChange, TableRef, TableSpec, ViewDefinition } from '../../spi/index.ts';
import type { Committer } from '../committer/committer.ts';

/** Hands changes of names to the committer. */
export class CommittingCatalogWriter implements CatalogWriter {
  readonly #committer: Committer;

  constructor(committer: Committer) {
    this.#committer = committer;
  }

  async createSchema(schema: string, ifExists: 'fail' | 'keep'): Promise<void> {
    await this.#committer.run({ kind: 'create_schema', schema, ifExists });
  }

  async dropSchema(schema: string, options: { readonly ifExists: boolean; readonly cascade: boolean }): Promise<void> {
    await this.#committer.run({ kind: 'drop_schema', schema, ...options });
  }

  async createTable(spec: TableSpec, ifExists: IfExists): Promise<void> {
    await this.#committer.run({ kind: 'create_table', spec, ifExists });
  }

  async alterTable(table: TableRef, changes: readonly TableChange[]): Promise<void> {
    await this.#committer.run({ kind: 'alter_table', table, changes });
  }

  async renameRelation(kind: 'table' | 'view', name: RelationName, newName: RelationName): Promise<void> {
    await this.#committer.run({ kind: 'rename_relation', relation: kind, name, newName });
  }

  async renameSchema(schema: string, newName: string): Promise<void> {
    await this.#committer.run({ kind: 'rename_schema', schema, newName });
  }

  async dropTable(name: RelationName, options: { readonly ifExists: boolean }): Promise<void> {
    await this.#committer.run({ kind: 'drop_relation', relation: 'table', name, ...options });
  }

  async createView(view: Omit<ViewDefinition, 'kind'>, ifExists: IfExists): Promise<void> {
    await this.#committer.run({ kind: 'create_view', view, ifExists });
  }

  async dropView(name: RelationName, options: { readonly ifExists: boolean }): Promise<void> {
    await this.#committer.run({ kind: 'drop_relation', relation: 'view', name, ...options });
  }
}
