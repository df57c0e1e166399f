/**
 * Scenes and states of the `physics` kernel, and their bytes.
 *
 * @module
 */
export * from "../tasks-as/physics/codec.ts";
