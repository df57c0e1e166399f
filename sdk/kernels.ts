// Kernels as a client sees them: an id, a version, and a codec between values and bytes.
import { limits, P2c2rError } from "../protocol/mod.ts";
import { flowfield, type FlowfieldInput, type FlowfieldOutput } from "../tasks-as/flowfield/codec.ts";
import { mesh, type MeshInput, type MeshOutput } from "../tasks-as/mesh/codec.ts";
import { pathfind, type PathfindInput, type PathfindOutput } from "../tasks-as/pathfind/codec.ts";
import { physics, type PhysicsInput, type PhysicsOutput } from "../tasks-as/physics/codec.ts";
import { terrain, type TerrainInput, type TerrainOutput } from "../tasks-as/terrain/codec.ts";

/** What a client needs to know of a kernel to call it with values instead of bytes. */
export interface KernelCodec<Input, Output> {
  /** The kernel's id, as `GET /v1/kernels` lists it. */
  readonly id: string;
  /** The kernel's version: byte layouts belong to a version. */
  readonly version: string;
  /** Writes an input. Throws a RangeError that says what is wrong with it. */
  encodeInput(input: Input): Uint8Array;
  /** Reads an output. The bytes may lie anywhere in a larger buffer. */
  decodeOutput(output: Uint8Array): Output;
}

/** The kernels that `run()` knows by name. */
export interface Kernels {
  /** Distances and directions towards goals, for crowds. */
  readonly flowfield: KernelCodec<FlowfieldInput, FlowfieldOutput>;
  /** Light and quads of a chunk of cells. */
  readonly mesh: KernelCodec<MeshInput, MeshOutput>;
  /** Shortest paths on grids. */
  readonly pathfind: KernelCodec<PathfindInput, PathfindOutput>;
  /** One step of rigid bodies. */
  readonly physics: KernelCodec<PhysicsInput, PhysicsOutput>;
  /** Chunks of a world of cells. */
  readonly terrain: KernelCodec<TerrainInput, TerrainOutput>;
}

/** A kernel by name, or one made by {@link defineKernel}. */
export type AnyKernel = keyof Kernels | KernelCodec<never, unknown>;

/** The codec of a kernel. */
export type CodecOf<K extends AnyKernel> = K extends keyof Kernels ? Kernels[K] : K;

/** The input of a kernel. */
export type InputOf<K extends AnyKernel> = CodecOf<K> extends { encodeInput(input: infer Input): Uint8Array }
  ? Input
  : never;

/** The output of a kernel. */
export type OutputOf<K extends AnyKernel> = CodecOf<K> extends
  { decodeOutput(output: Uint8Array): infer Output } ? Output
  : never;

const named: Kernels = { flowfield, mesh, pathfind, physics, terrain };

/**
 * Declares a kernel of your own, to be called through `run()` like the named ones.
 *
 * @throws P2c2rError `request.invalid` when id or version cannot be one
 * @example
 * ```ts
 * import { defineKernel } from "./mod.ts";
 *
 * const double = defineKernel({
 *   id: "double",
 *   version: "1.0.0",
 *   encodeInput: (value: number) => Uint8Array.of(value),
 *   decodeOutput: (bytes) => bytes[0] ?? 0,
 * });
 * console.log(double.id);
 * ```
 */
export function defineKernel<Input, Output>(codec: KernelCodec<Input, Output>): KernelCodec<Input, Output> {
  checkName("id", codec.id, limits.nameBytesMax);
  checkName("version", codec.version, limits.codeBytesMax);
  return codec;
}

function checkName(what: string, text: string, bytesMax: number): void {
  const size = text.isWellFormed() ? new TextEncoder().encode(text).length : 0;
  if (size >= 1 && size <= bytesMax) return;
  throw new P2c2rError(
    "request.invalid",
    `Cannot define kernel: ${what} must be text of 1 to ${bytesMax} bytes`,
  );
}

/** The codec behind a name or a definition. */
export function codecOf(kernel: AnyKernel): KernelCodec<never, unknown> {
  return typeof kernel === "string" ? named[kernel] : kernel;
}
