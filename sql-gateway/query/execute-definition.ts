import type { BoundStatement } from '../../sql/bind/index.ts';
import { answerDone } from './answer-small.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Statements that change names in the catalog and touch no rows. */
export type DefinitionStatement = Extract<
  BoundStatement,
  {
    kind:
      | 'create_table'
      | 'alter_table'
      | 'rename_table'
      | 'rename_view'
      | 'rename_schema'
      | 'create_schema'
      | 'create_view'
      | 'drop_table'
      | 'drop_view'
      | 'drop_schema';
  }
>;

/** Runs a definition statement; each is one atomic commit of the catalog. */
export async function executeDefinition(statement: DefinitionStatement, { catalogWriter }: StatementContext): Promise<StatementOutcome> {
  switch (statement.kind) {
    case 'create_schema':
      await catalogWriter.createSchema(statement.schema, statement.ifExists);
      return answerDone(`created schema ${statement.schema}`);
    case 'drop_schema':
      await catalogWriter.dropSchema(statement.schema, { ifExists: statement.ifExists, cascade: statement.cascade });
      return answerDone(`dropped schema ${statement.schema}`);
    case 'create_table':
      await catalogWriter.createTable(statement.spec, statement.ifExists);
      return answerDone(`created table ${statement.spec.name.schema}.${statement.spec.name.name}`);
    case 'create_view':
      await catalogWriter.createView(statement.view, statement.ifExists);
      return answerDone(`created view ${statement.view.name.schema}.${statement.view.name.name}`);
    case 'alter_table':
      if (statement.table === null) return answerDone('there is no such table');
      await catalogWriter.alterTable(statement.table, statement.changes);
      return answerDone(`altered table ${statement.table.schema}.${statement.table.name}`);
    case 'rename_table':
    case 'rename_view': {
      const { name, newName } = statement;
      await catalogWriter.renameRelation(statement.kind === 'rename_table' ? 'table' : 'view', name, newName);
      return answerDone(`renamed ${name.schema}.${name.name} to ${newName.schema}.${newName.name}`);
    }
    case 'rename_schema':
      await catalogWriter.renameSchema(statement.schema, statement.newName);
      return answerDone(`renamed schema ${statement.schema} to ${statement.newName}`);
    case 'drop_table':
      await catalogWriter.dropTable(statement.name, { ifExists: statement.ifExists });
      return answerDone(`dropped table ${statement.name.schema}.${statement.name.name}`);
    case 'drop_view':
      await catalogWriter.dropView(statement.name, { ifExists: statement.ifExists });
      return answerDone(`dropped view ${statement.name.schema}.${statement.name.name}`);
  }
}
