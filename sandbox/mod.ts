export * from "./bundle/mod.ts";
export { METER_VERSION, WEIGHTS_VERSION } from "./meter/mod.ts";
export type { CellKind } from "./isolate/cell.ts";
export {
  type CellEvent,
  type CellStock,
  type CellStockOptions,
  createCellStock,
} from "./isolate/cell_stock.ts";
export { createIsolate, type Isolate, type IsolateOptions, type IsolateTask } from "./isolate/isolate.ts";
export { createPool, type Pool, type PoolOptions } from "./isolate/pool.ts";
export { processes } from "./isolate/process.ts";
export { plainThreads, threads } from "./isolate/thread.ts";
export type { Asset, CheckOutcome, Failure, KernelCode, Outcome, Output } from "./outcome.ts";
export { type SelfTest, selfTest } from "./proof.ts";
