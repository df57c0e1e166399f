export * from "./ports.ts";
export * from "./assets.ts";
export * from "./digest.ts";
export * from "./folder_blobs.ts";
export * from "./memory_blobs.ts";
export * from "./open.ts";
