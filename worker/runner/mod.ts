export * from "./assets.ts";
export * from "./blobs.ts";
export * from "./kernels.ts";
export * from "./runner.ts";
export { Restarts } from "./restarts.ts";
