export type { CheckOutcome, Finding, Level } from './check/check.ts';
export type { ConnectorFixture, FixtureDatabase, FixtureSource } from './connector/connector-fixture.ts';
export { type ConnectorKitOptions, runConnectorKit } from './connector/run-connector-kit.ts';
export { renderHtml } from './report/render-html.ts';
export { printCheck, printHead, printSummary } from './report/print-report.ts';
export { type CheckReport, hasPassed, type KitReport, summaryOf } from './report/report.ts';
export { type KitOptions, runKit } from './run-kit.ts';
