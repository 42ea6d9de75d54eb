import { describe, expect, it } from 'vitest';
import { renderError } from '../../../../cli/format/print-error.ts';
import { PlatformError } from '../../../../spi/index.ts';

describe('renderError', () => {
  it('points at the place in the statement and gives the hint', () => {
    const error = new PlatformError('SQL_UNKNOWN_COLUMN', "no column 'delya'", {
      location: { line: 2, column: 8, offset: 16, length: 5 },
      hint: 'did you mean delay?',
    });
    expect(renderError(error, 'SELECT\n  max(  delya)')).toEqual([
      "SQL_UNKNOWN_COLUMN: no column 'delya'",
      '    max(  delya)',
      '         ^',
      'hint: did you mean delay?',
    ]);
  });

  it('says code and message where there is no statement', () => {
    expect(renderError(new PlatformError('CONFIG_INVALID', 'bad'))).toEqual(['CONFIG_INVALID: bad']);
  });

  it('shows the stack of an error that should not have come so far', () => {
    expect(renderError(new TypeError('oops')).join('\n')).toMatch(/^INTERNAL: TypeError: oops\n\s+at /);
  });
});
