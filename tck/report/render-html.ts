import type { CheckReport, KitReport } from './report.ts';
import { summaryOf } from './report.ts';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c1c1c}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.4rem .6rem;text-align:left;vertical-align:top}
.passed{color:#13693a}.failed{color:#a31621;font-weight:600}.skipped{color:#666}code{background:#f4f4f4;white-space:pre-wrap;overflow-wrap:anywhere}
dl{margin:.4rem 0}dt{font-weight:600}dd{margin:0 0 .3rem 1rem}`;

/** Returns a report as one page without anything from elsewhere. */
export function renderHtml(report: KitReport): string {
  const { engine, version, spi, level, quick, seed, startedAt, checks } = report;
  const title = `${engine} ${version}: engine technology compatibility kit`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<h1>${escaped(title)}</h1>
<p>${escaped(summaryOf(report))}. Checks up to level ${String(level)}${quick ? ', quick' : ''}, seed ${String(seed)}; SPI ${escaped(spi)}; begun ${escaped(startedAt)}.</p>
<table><thead><tr><th>Check</th><th>Level</th><th>Outcome</th><th>Cases</th><th>Seconds</th></tr></thead><tbody>
${checks.map(rowOf).join('\n')}
</tbody></table></body></html>
`;
}

function rowOf({ id, title, level, status, cases, elapsedMs, findings, note, readOn }: CheckReport): string {
  const faults = findings.map(
    ({ where, expected, seen }) =>
      `<dl><dt><code>${escaped(where)}</code></dt><dd>expected: <code>${escaped(expected)}</code></dd><dd>seen: <code>${escaped(seen)}</code></dd></dl>`,
  );
  const told = note === null ? '' : `<div>${escaped(note)}</div>`;
  const further = status === 'failed' ? `<div>Read on: ${escaped(readOn)}</div>` : '';
  const word = status === 'skipped' ? 'not declared' : status;
  return `<tr><td><code>${escaped(id)}</code><div>${escaped(title)}</div>${told}${faults.join('')}${further}</td><td>${String(level)}</td><td class="${status}">${word}</td><td>${String(cases)}</td><td>${(elapsedMs / 1000).toFixed(1)}</td></tr>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
