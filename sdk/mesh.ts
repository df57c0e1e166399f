/**
 * Chunks, quads, light and vertex buffers of the `mesh` kernel, and their bytes.
 *
 * @module
 */
export * from "../tasks-as/mesh/codec.ts";
