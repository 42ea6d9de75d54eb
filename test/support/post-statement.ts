/** An answer in JSON, or an error. */
export interface StatementAnswer {
  readonly status: number;
  readonly engine?: string | null;
  readonly data?: readonly (readonly unknown[])[];
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly snapshots?: readonly string[];
  readonly cache?: string;
}

/** Sends a statement to a server without tokens. */
export async function postStatement(
  url: string,
  sql: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<StatementAnswer> {
  const response = await fetch(`${url}/v1/sql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', 'x-trivium-client': 'test', ...headers },
    body: JSON.stringify({ sql, ...body }),
  });
  return { ...((await response.json()) as Omit<StatementAnswer, 'status'>), status: response.status };
}
