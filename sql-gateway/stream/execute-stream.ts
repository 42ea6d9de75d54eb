import type { BoundStatement } from '../../sql/bind/index.ts';
import { answerDone } from '../query/answer-small.ts';
import type { StatementOutcome } from '../query/statement-request.ts';
import type { StreamService } from './stream-service.ts';

/** Statements about materialized views. */
export type StreamStatement = Extract<
  BoundStatement,
  { kind: 'create_materialized_view' | 'alter_materialized_view' | 'drop_materialized_view' }
>;

/** Runs a statement about a materialized view; what it says is durable when this returns. */
export async function executeStream(
  statement: StreamStatement,
  { streams }: { readonly streams: StreamService },
): Promise<StatementOutcome> {
  switch (statement.kind) {
    case 'create_materialized_view': {
      const { schema, name } = statement.spec.name;
      return answerDone(`${await streams.create(statement)} materialized view ${schema}.${name}`);
    }
    case 'alter_materialized_view': {
      const { schema, name } = statement.name;
      await streams.change(statement.name, statement.action);
      return answerDone(`${statement.action === 'pause' ? 'paused' : 'resumed'} materialized view ${schema}.${name}`);
    }
    case 'drop_materialized_view': {
      const { schema, name } = statement.name;
      await streams.drop(statement.name, { ifExists: statement.ifExists });
      return answerDone(`dropped materialized view ${schema}.${name}`);
    }
  }
}
