export { Dataflow, type DataflowOptions, type DataflowPlan } from './dataflow.ts';
export { planDataflow } from './plan-dataflow.ts';
export { type ClosingWindows, traceWindows } from './trace-windows.ts';
