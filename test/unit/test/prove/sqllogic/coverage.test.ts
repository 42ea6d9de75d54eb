import { describe, expect, it } from 'vitest';
import { bindText } from '../../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../../support/memory-catalog.ts';
import { Coverage, semanticPoints } from '../../../../prove/sqllogic/coverage.ts';
import { parseRecords } from '../../../../prove/sqllogic/parse-records.ts';

async function covering(text: string): Promise<Coverage> {
  const coverage = new Coverage();
  for (const record of parseRecords(text, 'f.slt')) {
    coverage.addText(record);
    coverage.addBound(await bindText(record.sql, new MemoryCatalog()));
  }
  return coverage;
}

describe('what records cover', () => {
  it('misses each function that none of them uses, by its name in plans and by each spelling', async () => {
    const used = await covering("query I\nSELECT substring(a, 2) FROM (VALUES ('x')) AS v(a)\n----\n1\n");
    expect(used.missingFunctions).not.toContain('substring');
    expect(used.missingFunctions).toEqual(expect.arrayContaining(['substr', 'upper', 'sum', 'generate_series']));
  });

  it('misses parts of the algebra and of the syntax', async () => {
    const used = await covering('query I\nSELECT DISTINCT a FROM (VALUES (1)) AS v(a)\n----\n1\n');
    expect(used.missingFeatures(['distinct', 'window'])).toEqual(['window']);
    expect(used.missingSyntax).not.toContain('distinct');
    expect(used.missingSyntax).toContain('merge');
  });

  it('misses each point of the page about meaning that no comment names', async () => {
    const used = await covering('# semantics: empty text\nquery I\nSELECT 1\n----\n1\n');
    expect(used.missingPoints).not.toContain('empty text');
    expect(used.missingPoints).toContain('NaN');
    expect(semanticPoints('| question | answer |\n|---|---|\n| `a \\|\\| b` | NULL |\n')).toEqual(['a || b']);
  });
});
