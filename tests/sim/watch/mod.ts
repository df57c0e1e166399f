export { keep, Violation } from "./rule.ts";
export * from "./watch.ts";
