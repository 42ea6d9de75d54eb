import { describe, expect, it } from 'vitest';
import { checkLabels, LABEL_LENGTH_MAX, LABELS_MAX, parseLabel } from '../../../../sql-gateway/job/job-labels.ts';

const many = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${String(index)}`, '']));

describe('labels of a job', () => {
  it('are texts by name, up to their bounds', () => {
    const labels = { team: 'routes', 'acme.com/cost-centre_2': 'x'.repeat(LABEL_LENGTH_MAX), ['k'.repeat(63)]: '', constructor: 'é:=' };
    expect(checkLabels(labels)).toEqual(labels);
    expect(Object.keys(checkLabels(many(LABELS_MAX)))).toHaveLength(LABELS_MAX);
  });

  it.each([
    ['a list', ['a']],
    ['a text', 'a=b'],
    ['too many', many(LABELS_MAX + 1)],
    ['a name that is too long', { ['k'.repeat(64)]: '' }],
    ['a name with a colon', { 'a:b': '' }],
    ['an empty name', { '': 'x' }],
    ['a name that is no key of its own', JSON.parse('{"__proto__": "x"}')],
    ['a text that is too long', { a: 'x'.repeat(LABEL_LENGTH_MAX + 1) }],
    ['a text with a line break', { a: 'x\ny' }],
    ['a text that has no UTF-8 form', { a: '\ud800' }],
    ['a number', { a: 5 }],
  ])('are refused: %s', (_, given: unknown) => {
    expect(() => checkLabels(given)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });

  it('are read as name:text, where the text may have colons', () => {
    expect(parseLabel('team:routes')).toEqual(['team', 'routes']);
    expect(parseLabel('at:12:30')).toEqual(['at', '12:30']);
    expect(parseLabel('team:')).toEqual(['team', '']);
    for (const given of ['team', ':x', '']) expect(() => parseLabel(given)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});
