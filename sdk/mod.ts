/**
 * The client of game backends: `connect()`, then `client.run(kernel, input, { deadlineMs })`.
 *
 * @module
 */
export { Client, connect } from "./client.ts";
export {
  type AnyKernel,
  type CodecOf,
  defineKernel,
  type InputOf,
  type KernelCodec,
  type Kernels,
  type OutputOf,
} from "./kernels.ts";
export * from "./types.ts";
export type * from "../tasks-as/flowfield/codec.ts";
export type * from "../tasks-as/mesh/codec.ts";
export type * from "../tasks-as/pathfind/codec.ts";
export type * from "../tasks-as/physics/codec.ts";
export type * from "../tasks-as/terrain/codec.ts";
export { type Code, codes, type ErrorOptions, isCode, P2c2rError } from "../protocol/errors.ts";
