// The sandbox's proof of itself, in a browser.
import { browserWorkers } from "../../sandbox/isolate/browser.ts";
import { selfTest } from "../../sandbox/proof.ts";

/** How long a spinning kernel outlived its limit, in milliseconds. */
export async function overrunMs(): Promise<number> {
  return (await selfTest(browserWorkers())).overrunMs;
}
