// Lets things go wrong for a while: which faults a history has, how hard they hit and when is drawn from its seed.
import type { Agenda } from "./agenda.ts";
import type { Backend } from "./backend.ts";
import type { Customer } from "./customer.ts";
import type { FaultCounts, FaultKind } from "./faults.ts";
import type { Helper } from "./helper_machine.ts";
import type { Host } from "./host.ts";
import { noTrouble, type Path } from "./network.ts";
import type { Dice } from "./random.ts";
import type { Stranger } from "./stranger.ts";
import { fairWeather } from "./weather.ts";

/** What chaos works on. */
export interface ChaosParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly host: Host;
  readonly helpers: readonly Helper[];
  readonly backends: readonly Backend[];
  readonly customers: readonly Customer[];
  readonly stranger: Stranger;
  readonly untilMs: number;
}

/** Chance that a history knows a fault at all. */
const KNOWN = 0.3;

/** Starts what will go wrong, and stops all of it at `untilMs`. */
export function unleash(parts: ChaosParts): void {
  const { agenda, dice, untilMs } = parts;
  const usualMs = parts.host.weather.localMs;
  for (const [kind, happen] of Object.entries(sudden(parts)) as [FaultKind, () => void][]) {
    if (!dice.chance(KNOWN)) continue;
    const everyMs = dice.between(300, 2_500);
    const next = () => {
      const atMs = agenda.nowMs - Math.log(1 - dice.draw()) * everyMs;
      if (atMs < untilMs) agenda.at(atMs, again);
    };
    const again = () => {
      if (!counted.has(kind)) parts.faults.count(kind);
      happen();
      next();
    };
    next();
  }
  standing(parts);
  agenda.at(untilMs, () => calm(parts, usualMs));
}

/** Faults that are counted where they take effect. */
const counted: ReadonlySet<FaultKind> = new Set<FaultKind>(["floods", "garbage"]);

/** Faults that come at moments. */
function sudden(
  { dice, host, helpers, backends, agenda, stranger }: ChaosParts,
): Partial<Record<FaultKind, () => void>> {
  const helper = () => dice.pick(helpers);
  const path = () => dice.chance(0.7) ? helper().path : dice.pick(backends).path;
  return {
    delaySpike: () => {
      const slow = path();
      const byMs = dice.between(10, 150);
      slow.delayMs += byMs;
      agenda.after(dice.between(50, 800), () => slow.delayMs = Math.max(0.1, slow.delayMs - byMs));
    },
    partition: () => path().blockedUntilMs = agenda.nowMs + dice.between(20, 1_500),
    connectionCut: () => dice.chance(0.7) ? helper().cut() : dice.pick(backends).cut(),
    reconnectStorm: () => host.cutAll(),
    workerSlow: () => {
      const slow = helper();
      slow.slowness = dice.between(3, 20);
      agenda.after(dice.between(100, 1_500), () => slow.slowness = 1);
    },
    workerFrozen: () => helper().freeze(dice.between(20, 1_500)),
    workerCrash: () => helper().crash(dice.chance(0.5) ? dice.between(1, 20) : dice.between(20, 800)),
    workerPaused: () => helper().pause(20 + dice.below(900)),
    backendCrash: () => dice.pick(backends).crash(dice.between(10, 500)),
    coordinatorCrash: () => host.crash(dice.below(40)),
    coordinatorStop: () => void host.stop(),
    coordinatorFrozen: () => host.freeze(dice.between(5, 300)),
    trustedSlow: () => {
      const slowerMs = dice.between(100, 1_500);
      host.weather.localMs += slowerMs;
      agenda.after(
        dice.between(100, 1_500),
        () => host.weather.localMs = Math.max(1, host.weather.localMs - slowerMs),
      );
    },
    wallClockJump: () => host.setClock(Math.floor(dice.between(-20_000, 20_000))),
    strangerAsks: () => stranger.knock(),
    floods: () => helpers.forEach((each) => each.misbehave()),
  };
}

/** Faults that are there all the time. */
function standing({ dice, faults, host, helpers, backends, customers }: ChaosParts): void {
  const { weather } = host;
  const may = (value: number) => dice.chance(KNOWN) ? value : 0;
  weather.storeErrorRate = may(dice.between(0.02, 0.3));
  weather.commitUnknownRate = may(dice.between(0.02, 0.3));
  if (dice.chance(KNOWN)) {
    faults.count("storeSlow");
    weather.storeMs = 15;
  }
  weather.flipRate = may(0.03);
  weather.failureRate = may(dice.between(0.02, 0.2));
  weather.checkMissingRate = may(dice.between(0.02, 0.2));
  weather.checkErrRate = may(0.05);
  weather.repeatRate = may(0.1);
  const paths: Path[] = [...helpers, ...backends, ...customers].map(({ path }) => path);
  const lossRate = may(dice.between(0.001, 0.03));
  const duplicateRate = may(0.03);
  const reorderRate = may(0.03);
  const tearRate = may(dice.between(0.02, 0.3));
  const slowFileRate = may(0.5);
  const wrongFileRate = may(0.5);
  const rates = { lossRate, duplicateRate, reorderRate, tearRate, slowFileRate, wrongFileRate };
  for (const path of paths) Object.assign(path, rates);
}

/** Nothing goes wrong any more. What was set in motion still has to come to its end. */
function calm({ host, helpers, backends, customers }: ChaosParts, localMs: number): void {
  Object.assign(host.weather, fairWeather(), { localMs });
  host.spare();
  for (const { path } of [...helpers, ...backends, ...customers]) Object.assign(path, noTrouble);
  for (const helper of helpers) helper.slowness = 1;
}
