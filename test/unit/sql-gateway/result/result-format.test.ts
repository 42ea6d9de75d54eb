import { describe, expect, it } from 'vitest';
import { negotiateFormat } from '../../../../sql-gateway/result/result-format.ts';

describe('the form of a result', () => {
  it.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['text/*', 'csv'],
    ['text/csv', 'csv'],
    ['application/vnd.apache.arrow.stream', 'arrow'],
    ['application/x-ndjson', 'ndjson'],
    ['APPLICATION/JSON', 'json'],
    ['application/json;q=0.5, text/csv;q=0.9', 'csv'],
    ['text/html, */*;q=0.1', 'json'],
    ['application/json;q=0, */*', 'arrow'],
    ['application/json; charset=utf-8', 'json'],
    ['application/json; layout=columns', 'columns'],
    ['application/json;Layout=Columns;q=0.8, application/json;q=0.7', 'columns'],
    ['application/json;layout=columns;q=0.1, application/json', 'json'],
    ['application/json;layout=other, text/csv;q=0.1', 'csv'],
  ])('for Accept %s is %s', (accept, format) => {
    expect(negotiateFormat(accept, undefined)).toBe(format);
  });

  it('follows the parameter against the header', () => {
    expect(negotiateFormat('application/json', 'csv')).toBe('csv');
  });

  it('is refused when there is none that was asked for', () => {
    expect(() => negotiateFormat('image/png', undefined)).toThrow(expect.objectContaining({ code: 'REQUEST_NOT_ACCEPTABLE' }) as Error);
    expect(() => negotiateFormat(undefined, 'arow')).toThrow(expect.objectContaining({ hint: "Did you mean 'arrow'?" }) as Error);
  });
});
