/**
 * Grids, questions and answers of the `pathfind` kernel, and their bytes.
 *
 * @module
 */
export * from "../tasks-as/pathfind/codec.ts";
