import type { ServerProcess } from '../../support/server-process.ts';

/** What an attack has before it. */
export interface Target {
  readonly server: ServerProcess;
  /** A folder that COPY may use. */
  readonly allowed: string;
  /** A folder that COPY may not use; it holds `secret.csv`. */
  readonly outside: string;
}

/** What came of an attack. */
export interface Verdict {
  readonly pass: boolean;
  /** What was seen, for people. */
  readonly saw: string;
}

/** One thing that somebody may try. */
export interface Attack {
  /** Stable name in kebab-case. */
  readonly id: string;
  /** What has to be seen. */
  readonly expects: string;
  run(target: Target): Promise<Verdict>;
}

/** An error answer, as far as attacks look at it. */
export interface SeenProblem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** Returns what an answer says when it is an error; the beginning of the body as the detail when it is something else. */
export async function readProblem(response: Response): Promise<SeenProblem> {
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const body = (isProblem ? JSON.parse(text) : { detail: text.slice(0, 200) }) as Partial<SeenProblem>;
  return {
    status: response.status,
    code: body.code ?? 'none',
    detail: body.detail ?? '',
    hint: body.hint ?? '',
    line: body.line ?? null,
    column: body.column ?? null,
  };
}

/** Returns the verdict over an answer that has to be an error of one of the codes, and more when `also` says so. */
export async function expectProblem(
  response: Response,
  codes: readonly string[],
  also: (problem: SeenProblem) => boolean = () => true,
): Promise<Verdict> {
  const problem = await readProblem(response);
  const { status, code, detail, hint } = problem;
  return { pass: codes.includes(code) && also(problem), saw: `${String(status)} ${code}: ${detail} ${hint}`.trim().slice(0, 240) };
}
