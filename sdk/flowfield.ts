/**
 * Requests and fields of the `flowfield` kernel, and their bytes. Its asset is a grid of
 * {@link ./pathfind.ts | pathfind}.
 *
 * @module
 */
export * from "../tasks-as/flowfield/codec.ts";
