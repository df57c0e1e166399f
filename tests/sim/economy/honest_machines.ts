// What becomes of honest machines that flip a bit now and then: so many come, and give so many results each.
import { simKernel } from "../kernels.ts";
import { Dice } from "../random.ts";
import { Arena } from "./arena.ts";
import { honest } from "./conduct.ts";
import { type Estimate, share } from "./statistics.ts";

/** What came of them. */
export interface HonestReport {
  readonly flips: number;
  readonly identities: number;
  readonly resultsEach: number;
  /** Machines that were quarantined for a flipped bit, of all. */
  readonly punished: Estimate;
}

const AT_ONCE = 20;
const RESULTS_EACH = 150;
const TASK_EVERY_MS = 1;
const LOOK_EVERY_MS = 50;

/** Has honest identities come, work, and go. */
export function measureHonest(
  flips: number,
  detection: number,
  identities: number,
  seed: number,
): HonestReport {
  const arena = new Arena(simKernel(1, { detection }), new Dice(seed), () => {});
  let started = 0;
  let punished = 0;
  let over = 0;
  const working = new Set<ReturnType<Arena["join"]>>();
  while (over < identities) {
    while (working.size < AT_ONCE && started < identities) {
      started++;
      working.add(arena.join(honest(flips)));
    }
    for (let no = 0; no < LOOK_EVERY_MS / TASK_EVERY_MS; no++) {
      arena.submit();
      arena.run(TASK_EVERY_MS);
    }
    for (const identity of working) {
      if (identity.punished === 0 && identity.results < RESULTS_EACH) continue;
      working.delete(identity);
      arena.leave(identity);
      over++;
      if (identity.punished > 0) punished++;
    }
  }
  return { flips, identities, resultsEach: RESULTS_EACH, punished: share(punished, identities) };
}
