// Who takes part in a simulated history: kernels, rules, helpers and backends, all drawn from the seed.
import type { Kernel } from "../../coordinator/ports.ts";
import type { SchedulerConfig } from "../../coordinator/scheduler/mod.ts";
import { type TrustRules, trustRules } from "../../coordinator/verify/mod.ts";
import { badHabits, type Habit } from "./habits.ts";
import type { HelperTraits } from "./helper_machine.ts";
import { identityOf } from "./instant_crypto.ts";
import { OPERATOR_TOKEN } from "./coordinator_process.ts";
import { simKernel } from "./kernels.ts";
import type { Dice } from "./random.ts";

/** Everybody and everything of one history. */
export interface Cast {
  readonly kernels: readonly Kernel[];
  readonly localSlots: number;
  readonly scheduler: Partial<SchedulerConfig>;
  readonly helpers: readonly (HelperTraits & { readonly trusted: boolean })[];
  /** By id, the share that each has beside others. */
  readonly projects: ReadonlyMap<string, number>;
  /** Over a connection of their own, and over plain HTTP. */
  readonly backends: readonly ClientTraits[];
  readonly customers: readonly ClientTraits[];
  readonly tasksPerS: number;
  readonly localMs: number;
}

/** A game's server. */
export interface ClientTraits {
  readonly project: string;
  readonly apiKey: string;
  readonly address: string;
  readonly delayMs: number;
}

/** An invite for peers: what the coordinator's store has of it, and what helpers show. */
export const invite = { id: "00000000000000a1", token: `p2c2ri_${"i".repeat(32)}` } as const;

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
      queuedTasksMax: dice.pick([24, 100_000]),
      abandonMsMin: dice.pick([200, 2_000]),
      hedgeBurst: dice.pick([1, 16]),
    },
    helpers: Array.from({ length: 2 + dice.below(6) }, (_, no) => drawHelper(dice, no)),
    projects: new Map([["project-0", dice.pick([1, 1, 4])], ["project-1", dice.pick([1, 1, 4])]]),
    backends: Array.from({ length: 1 + dice.below(2) }, (_, no) => drawClient(dice, "backend", no)),
    customers: Array.from({ length: dice.below(3) }, (_, no) => drawClient(dice, "caller0", no)),
    tasksPerS: dice.pick([25, 60, 120]),
    localMs: dice.pick([2, 5, 12]),
  };
}

/** `kind` is as long as it has to be: with the number it is the part of a key that names it. */
function drawClient(dice: Dice, kind: "backend" | "caller0", no: number): ClientTraits {
  return {
    project: dice.chance(0.7) ? "project-0" : `project-${no}`,
    apiKey: `p2c2r_${kind}${no}${"k".repeat(24)}`,
    address: `192.168.${kind === "backend" ? 0 : 1}.${no + 1}`,
    delayMs: dice.pick([0.1, 2, 15]),
  };
}

function drawHelper(dice: Dice, no: number): HelperTraits & { readonly trusted: boolean } {
  const tier = dice.chance(0.15) ? "cloud" : "peer";
  const byInvite = dice.chance(1 / 3);
  return {
    identity: identityOf(no),
    address: `10.${dice.below(4)}.0.${no + 1}`,
    tier,
    invite: tier === "cloud" ? OPERATOR_TOKEN : byInvite ? invite.token : null,
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
