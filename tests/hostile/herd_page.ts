// The herd in a page: its isolates are workers of the browser.
import { browserWorkers } from "../../sandbox/isolate/browser.ts";
import { type Herd, holdHerd } from "./herd.ts";

const { promise: herd, resolve } = Promise.withResolvers<Herd>();

/** Gets so many isolates ready. */
export async function hold(isolateCount: number): Promise<void> {
  resolve(await holdHerd(browserWorkers(), isolateCount));
  await herd;
}

/** Lets so many run. */
export async function run(count: number): Promise<string[]> {
  return await (await herd).run(count);
}

/** Ends the isolates. */
export async function close(): Promise<void> {
  await (await herd).close();
}
