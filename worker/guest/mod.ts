export * from "./attend.ts";
export * from "./commands.ts";
export * from "./priority.ts";
export * from "./reports.ts";
export * from "./status_line.ts";
