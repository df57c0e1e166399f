// Cells that are workers of a browser.
import type { CellKind } from "./cell.ts";
import { startWorkerCell } from "./web_worker.ts";

/**
 * The policy with which `browser_main.ts` has to be served, as the header Content-Security-Policy: its worker then
 * loads its own modules and compiles WebAssembly, and there is nobody it can talk to.
 */
export const BROWSER_POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";

/**
 * Workers of the browser that this runs in. Ending one stops it wherever it is, so its isolate is the watchdog.
 *
 * @param main where the browser finds `browser_main.ts` as JavaScript; default: beside this module
 */
export function browserWorkers(main = new URL("./browser_main.ts", import.meta.url)): CellKind {
  return {
    name: "browser",
    start: () => startWorkerCell(main, { type: "module" }),
    takes: "modules",
    graceMs: 0,
    endsSurely: true,
  };
}
