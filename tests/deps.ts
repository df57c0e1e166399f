// The one door through which tests reach their tools, so that replacing them touches one file.
export { default as assert } from "node:assert/strict";
export * as fc from "fast-check";
