import { equal } from 'node:assert/strict';
import test from 'node:test';
import { hasPassed, runKit } from 'trivium/engine-tck';

// Level 1 is a matter of seconds; raise it to 2 for the truth of answers and to 3 for conduct.
test('the engine keeps what it declares', async () => {
  const module = new URL('./index.js', import.meta.url).href;
  const report = await runKit({ module, config: {}, level: 1, quick: true, seed: 1 });
  const findings = report.checks.flatMap((check) => check.findings);
  equal(hasPassed(report), true, JSON.stringify(findings, null, 2));
});
