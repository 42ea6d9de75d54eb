import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderConfigurationDocs } from '../../scripts/render-configuration-docs.ts';
import { renderErrorDocs } from '../../scripts/render-error-docs.ts';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

describe('generated pages (npm run docs makes them anew)', () => {
  it('docs/errors.md lists exactly the registered codes', () => {
    expect(page('errors.md')).toBe(renderErrorDocs());
  });

  it('docs/configuration.md lists exactly the keys', () => {
    expect(page('configuration.md')).toBe(renderConfigurationDocs());
  });
});
