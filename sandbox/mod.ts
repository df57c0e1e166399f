export * from "./bundle/mod.ts";
export { fuelOf } from "./fuel.ts";
export { createIsolate, type Isolate, type IsolateOptions, type IsolateTask } from "./isolate/isolate.ts";
export { createPool, type Pool, type PoolOptions } from "./isolate/pool.ts";
export { startPlainThread } from "./isolate/thread.ts";
export {
  createThreadStock,
  type ThreadEvent,
  type ThreadStock,
  type ThreadStockOptions,
} from "./isolate/thread_stock.ts";
export type { Asset, CheckOutcome, Failure, KernelCode, Outcome, Output } from "./outcome.ts";
export { type SelfTest, selfTest } from "./proof.ts";
