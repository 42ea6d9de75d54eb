import type { SourceMutant } from '../mutate-source.ts';

/** A guard taken out of the program's source, and the attack that must notice. */
export interface GuardMutant extends SourceMutant {
  /** Mutants of one round stand in one program: none of them helps another to be noticed. */
  readonly round: 1 | 2 | 3;
  /** Attacks of which at least one must fail now. */
  readonly attacks: readonly string[];
}

/** Guards, each with what it would be like without it. */
export const GUARD_MUTANTS: readonly GuardMutant[] = [
  {
    id: 'without-host-check',
    round: 1,
    file: 'sql-gateway/http/request-guard.ts',
    from: 'checkHost(request, hosts);',
    to: '',
    attacks: ['host-rebinding'],
  },
  {
    id: 'without-origin-check',
    round: 1,
    file: 'sql-gateway/http/request-guard.ts',
    from: 'if (origins.has(origin.toLowerCase())) return origin;',
    to: 'if (origins.size >= 0) return origin;',
    attacks: ['cross-origin-post'],
  },
  {
    id: 'without-token-check',
    round: 1,
    file: 'sql-gateway/http/request-guard.ts',
    from: 'if (timingSafeEqual(known, givenDigest)) found = caller;',
    to: 'found = known.length === givenDigest.length ? caller : null;',
    attacks: ['wrong-token'],
  },
  {
    id: 'without-folder-check',
    round: 1,
    file: 'sql-gateway/file/allowed-files.ts',
    from: 'if (!allowed.some(inside) || forbidden.some(inside)) throw outside(named, options);',
    to: 'if (allowed.length < 0) throw outside(named, options);',
    attacks: ['copy-from-outside', 'copy-to-outside'],
  },
  {
    id: 'without-protected-folders',
    round: 2,
    file: 'sql-gateway/file/allowed-files.ts',
    from: 'if (!allowed.some(inside) || forbidden.some(inside)) throw outside(named, options);',
    to: 'if (!allowed.some(inside) && !forbidden.some(inside)) throw outside(named, options);',
    attacks: ['copy-to-warehouse', 'copy-over-token'],
  },
  {
    id: 'without-resolved-links',
    round: 3,
    file: 'sql-gateway/file/allowed-files.ts',
    from: 'isInside(real, folder)',
    to: 'isInside(named, folder)',
    attacks: ['copy-from-link', 'copy-to-linked-folder', 'copy-from-dots'],
  },
  {
    id: 'ending-broken-results-properly',
    round: 1,
    file: 'sql-gateway/http/send-result.ts',
    from: 'response.socket?.resetAndDestroy();\n      response.destroy();',
    to: 'response.end();',
    attacks: ['engine-killed-csv', 'engine-killed-ndjson'],
  },
  {
    id: 'without-utf8-check',
    round: 1,
    file: 'sql-gateway/http/parse-statement-request.ts',
    from: "if (!isUtf8(body)) throw invalid('The body is not valid UTF-8.');",
    to: 'isUtf8(body);',
    attacks: ['invalid-utf8'],
  },
  {
    id: 'without-header-timeout',
    round: 1,
    file: 'sql-gateway/http/create-server.ts',
    from: 'headersTimeout: HEADERS_TIMEOUT_MS',
    to: 'headersTimeout: 10 * HEADERS_TIMEOUT_MS',
    attacks: ['slow-headers'],
  },
];
