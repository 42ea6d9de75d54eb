import { ERROR_CODES, type ErrorCodeSpec } from '../spi/index.ts';

/** Returns the text of `docs/errors.md`. */
export function renderErrorDocs(): string {
  const rows = Object.entries<ErrorCodeSpec>(ERROR_CODES).map(
    ([code, spec]) => `| \`${code}\` | ${spec.kind} | ${String(spec.httpStatus)} | ${spec.retryable ? 'yes' : 'no'} | ${spec.summary} |`,
  );
  return `# Error codes

Made by \`npm run docs\` from \`spi/error/error-codes.ts\`. A code is never renamed and never removed.

Over HTTP an error is \`application/problem+json\` (RFC 9457) with \`code\`, \`title\`, \`detail\`, and where they apply \`line\`, \`column\`, \`hint\` and
\`queryId\`. Kind: \`user\` (change the request), \`resource\` (a limit was met), \`external\` (something outside failed), \`internal\` (report it).
"Again" tells whether the same request may succeed later without a change.

| code | kind | HTTP status | again | meaning |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
