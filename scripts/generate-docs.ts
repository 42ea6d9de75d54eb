import { writeFileSync } from 'node:fs';
import { renderCastDocs } from './render-cast-docs.ts';
import { renderConfigurationDocs } from './render-configuration-docs.ts';
import { renderErrorDocs } from './render-error-docs.ts';
import { renderFunctionDocs } from './render-function-docs.ts';

/** Pages that are made from the source, by path from the root. */
const pages = {
  'docs/errors.md': renderErrorDocs(),
  'docs/configuration.md': renderConfigurationDocs(),
  'docs/sql/functions.md': renderFunctionDocs(),
  'docs/sql/casts.md': renderCastDocs(),
};

for (const [path, text] of Object.entries(pages)) writeFileSync(new URL(`../${path}`, import.meta.url), text);
