// Who takes part in a simulated history: kernels, rules, helpers and backends, all drawn from the seed.
import type { Kernel } from "../../coordinator/ports.ts";
import type { SchedulerConfig } from "../../coordinator/scheduler/mod.ts";
import { type TrustRules, trustRules } from "../../coordinator/verify/mod.ts";
import { badHabits, type Habit } from "./habits.ts";
import type { HelperTraits } from "./helper_machine.ts";
import { simKernel } from "./kernels.ts";
import type { Dice } from "./random.ts";

/** Everybody and everything of one history. */
export interface Cast {
  readonly kernels: readonly Kernel[];
  readonly localSlots: number;
  readonly scheduler: Partial<SchedulerConfig>;
  readonly helpers: readonly (HelperTraits & { readonly trusted: boolean })[];
  readonly backends: readonly {
    readonly project: string;
    /** The project's share beside others. */
    readonly weight: number;
    readonly delayMs: number;
  }[];
  readonly tasksPerS: number;
  readonly localMs: number;
}

/** Opaque tags of matches that helpers play in. */
const TAGS = ["a1", "b2"] as const;

/** Draws a cast. Rules are scaled down, so that a few seconds see what takes hours in earnest. */
export function drawCast(dice: Dice): Cast {
  const kernels = [
    simKernel(1, { detection: dice.pick([0.6, 0.9]) }),
    simKernel(2, { detection: 0 }),
    simKernel(3, { id: "kernel1", version: "1.1.0", release: 2, detection: 0.6 }),
  ];
  const trust: TrustRules = {
    ...trustRules,
    probationResults: dice.pick([3, 6, 12]),
    renewedResults: dice.pick([2, 5]),
    recheckRateChecked: dice.pick([0.03, 0.15, 0.4]),
    recheckRateUnchecked: dice.pick([0.05, 0.25, 0.6]),
    cleanRecordMin: dice.pick([20, 1_000]),
    quarantineMs: dice.pick([900, 3_600_000]),
    windowResults: dice.pick([1, 6, 32, 256]),
    windowMs: dice.pick([700, 2_500]),
    windowBytesMax: dice.pick([200, 32 * 1024 * 1024]),
  };
  const localSlots = dice.pick([1, 2, 3]);
  return {
    kernels,
    localSlots,
    scheduler: {
      trust,
      cacheBytesMax: dice.pick([1_200, 64 * 1024 * 1024]),
      queuedTasksMax: dice.pick([12, 100_000]),
      abandonMsMin: dice.pick([200, 2_000]),
      hedgeBurst: dice.pick([1, 16]),
    },
    helpers: Array.from({ length: 2 + dice.below(6) }, (_, no) => drawHelper(dice, no)),
    backends: Array.from({ length: 1 + dice.below(2) }, (_, no) => ({
      project: dice.chance(0.7) ? "project-0" : `project-${no}`,
      weight: dice.pick([1, 1, 4]),
      delayMs: dice.pick([0.1, 2, 15]),
    })),
    tasksPerS: dice.pick([25, 60, 120]),
    localMs: dice.pick([2, 5, 12]),
  };
}

function drawHelper(dice: Dice, no: number): HelperTraits & { readonly trusted: boolean } {
  const tier = dice.chance(0.15) ? "cloud" : "peer";
  return {
    id: `helper-${no}`,
    network: `network-${dice.below(4)}`,
    tier,
    invite: dice.pick([null, null, "invite-1"]),
    slots: 1 + dice.below(3),
    serviceMs: dice.pick([1, 4, 12, 40]),
    delayMs: dice.pick([0.1, 3, 20]),
    tags: TAGS.filter(() => dice.chance(0.25)),
    habit: drawHabit(dice, tier),
    floods: dice.chance(tier === "peer" ? 0.05 : 0),
    sendsGarbage: dice.chance(0.05),
    kernelLostRate: dice.chance(0.2) ? 0.5 : 0,
    trusted: dice.chance(0.6),
  };
}

/** The operator's own machines may fail and fall silent, but they do not lie. */
function drawHabit(dice: Dice, tier: "peer" | "cloud"): Habit {
  if (dice.chance(0.5)) return "honest";
  if (tier === "cloud") return dice.pick(["workerFails", "silent"]);
  return dice.chance(0.15) ? "honestFlip" : dice.pick(badHabits);
}
