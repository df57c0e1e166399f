// What one kind of lie earns: so many identities of it are admitted, one after the other, each until it is caught.
import { wrongServedMean } from "../../../coordinator/verify/mod.ts";
import { simKernel, trustedRecord } from "../kernels.ts";
import { Dice } from "../random.ts";
import { Arena, type Identity } from "./arena.ts";
import { type Conduct, honest } from "./conduct.ts";
import { type Estimate, estimate } from "./statistics.ts";

/** What came of a kind. */
export interface KindReport {
  readonly kind: string;
  readonly detection: number;
  readonly recheckRate: number;
  readonly identities: number;
  /** Wrong results served per admission: measured, and by the formula of the published rules. */
  readonly wrong: Estimate;
  readonly expected: number;
  /** Of those, how many were never taken back. */
  readonly stood: Estimate;
  /** Own results from the first lie to its proof. */
  readonly resultsToCatch: Estimate;
}

const TASK_EVERY_MS = 2;
const PAUSE_MS = 100;
const SLICE_MS = 500;
const SLICES_MAX = 50_000;

/** Has so many identities of a kind lie until they are caught. `detectionStated`: what the kernel's manifest says. */
export function measureKind(
  conduct: Conduct,
  detectionStated: number,
  identities: number,
  seed: number,
): KindReport {
  const kernel = simKernel(1, { detection: detectionStated });
  const over: Identity[] = [];
  let started = 0;
  const start = () => {
    // Probation is behind it: shadows of others on the same tasks would have every answer judged.
    if (started++ < identities) arena.join(conduct, trustedRecord([kernel]));
  };
  const arena: Arena = new Arena(kernel, new Dice(seed), (identity, quarantined) => {
    if (!quarantined || !identity.conduct.hostile) return;
    over.push(identity);
    // The next one comes when what this one left undone is done: what somebody lied about is known, and catches liars for nothing.
    arena.agenda.after(PAUSE_MS, () => {
      arena.leave(identity);
      start();
    });
  });
  arena.join(honest(0), trustedRecord([kernel]));
  start();
  const submit = () => {
    arena.submit();
    arena.agenda.after(TASK_EVERY_MS, submit);
  };
  submit();
  for (let slice = 0; over.length < identities; slice++) {
    if (slice > SLICES_MAX) throw new Error(`${conduct.name}: ${identities - over.length} are never caught`);
    arena.run(SLICE_MS);
  }
  arena.run(SLICE_MS);
  const { trust } = arena.state.config;
  const q = detectionStated >= trust.detectionMin ? trust.recheckRateChecked : trust.recheckRateUnchecked;
  return {
    kind: conduct.name,
    detection: conduct.detection,
    recheckRate: q,
    identities,
    wrong: estimate(over.map(({ wrong }) => wrong)),
    expected: wrongServedMean({ detection: conduct.detection, recheckRate: q }),
    stood: estimate(over.map(({ wrong, revoked }) => wrong - revoked)),
    resultsToCatch: estimate(over.map(({ sinceLie }) => sinceLie)),
  };
}
