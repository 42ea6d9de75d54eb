import { describe, expect, it } from 'vitest';
import { renderTable } from '../../../../cli/format/render-table.ts';

const columns = [
  { name: 'origin', align: 'left' },
  { name: 'flights', align: 'right' },
] as const;

describe('renderTable', () => {
  it('aligns texts left and numbers right under a rule', () => {
    const lines = renderTable(
      columns,
      [
        ['ORD', '1024'],
        ['LAX', '7'],
      ],
      { widthMax: 80 },
    );
    expect(lines).toEqual(['origin  flights', '──────  ───────', 'ORD        1024', 'LAX           7']);
  });

  it('cuts the widest cells so that no line is wider than the terminal', () => {
    const lines = renderTable(columns, [['x'.repeat(200), '5']], { widthMax: 30 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(30);
    expect(lines[2]).toContain('…');
    expect(lines[2]).toMatch(/5$/);
  });

  it('leaves out columns that cannot fit and counts them', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ name: `column${String(index)}`, align: 'left' }) as const);
    const lines = renderTable(many, [many.map(() => 'value')], { widthMax: 60 });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines[0]).toMatch(/\+\d+$/);
  });

  it('counts wide characters as two columns', () => {
    const lines = renderTable(
      [
        { name: 'n', align: 'left' },
        { name: 'm', align: 'left' },
      ],
      [
        ['東京', 'a'],
        ['ab', 'b'],
      ],
      { widthMax: 80 },
    );
    expect(lines[2]).toBe('東京  a');
    expect(lines[3]).toBe('ab    b');
  });

  it('shows line breaks and control characters instead of obeying them', () => {
    const lines = renderTable([{ name: 'n', align: 'left' }], [['a\nb\u001b[31m']], { widthMax: 80 });
    expect(lines).toHaveLength(3);
    expect(lines[2]).toBe('a⏎b·[31m');
  });
});
