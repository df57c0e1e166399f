// The ring in a page: its isolates are workers of the browser.
import { browserWorkers } from "../../sandbox/isolate/browser.ts";
import { cases } from "./cases/all.ts";
import { type Fought, openRing } from "./fights.ts";

const ring = openRing(browserWorkers());

/** Fights a case, by its name. */
export async function fight(name: string): Promise<Fought> {
  const one = cases.find((each) => each.name === name);
  if (one === undefined) throw new Error(`There is no case "${name}"`);
  return await (await ring).fight(one);
}

/** Ends the isolates. */
export async function close(): Promise<void> {
  await (await ring).close();
}
