// Newcomers are on probation: their first answers are judged, not served. A rehearsal lasts until answers are theirs.
import type { Answer } from "../../sdk/mod.ts";
import type { Studio } from "./picture.ts";

const triesMax = 600;
const atOnce = 12;

/**
 * Asks for tasks, each another one, until every worker's answers are served or enough was tried. In a small
 * gallery nothing is rehearsed.
 */
export async function rehearse(
  studio: Studio,
  what: string,
  ask: (nth: number) => Promise<Answer<unknown>>,
): Promise<void> {
  if (studio.small) return;
  const workers = studio.finders.filter(({ source }) => source !== null);
  const served = new Set<string>();
  for (let nth = 0; nth < triesMax && served.size < workers.length; nth += atOnce) {
    const answers = await Promise.all(Array.from({ length: atOnce }, (_, i) => ask(nth + i)));
    for (const { source } of answers) if (source !== null) served.add(source);
    studio.progress(`${what}: workers trusted`, served.size, workers.length);
  }
}
