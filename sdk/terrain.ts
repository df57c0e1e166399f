/**
 * Worlds and chunks of the `terrain` kernel, and their bytes.
 *
 * @module
 */
export * from "../tasks-as/terrain/codec.ts";
