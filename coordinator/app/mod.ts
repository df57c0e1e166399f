export * from "./api_keys.ts";
export * from "./app.ts";
export * from "./gatekeeper.ts";
export * from "./limits.ts";
export * from "./parts.ts";
export * from "./secrets.ts";
export * from "./status_report.ts";
export * from "./worker_door.ts";
