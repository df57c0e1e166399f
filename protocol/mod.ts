export * from "./codec.ts";
export * from "./digest.ts";
export * from "./errors.ts";
export * from "./fifo.ts";
export * from "./limits.ts";
export * from "./messages.ts";
export * from "./outbox.ts";
export { clipText } from "./utf8.ts";
export * from "./proof_of_work.ts";
