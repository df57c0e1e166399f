export { type Component, isCoreModule, readComponent } from "./component.ts";
export { type Link, LINK_BYTES_MAX, linkBytes, parseLink, wasiImports } from "./link.ts";
export { type Plan, planOf } from "./plan.ts";
