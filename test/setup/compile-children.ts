import { delimiter } from 'node:path';
import { compileSources, SOURCE_ROOT } from '../support/compile-sources.ts';

/** Lets all processes that tests start run compiled code. */
export function setup(): void {
  process.env['COMPILED_SOURCES'] = [SOURCE_ROOT, compileSources()].join(delimiter);
}
