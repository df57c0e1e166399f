// A whole fleet over hours: honest helpers, a share of hostile ones of every kind, and new identities for those that were caught.
import { simKernel } from "../kernels.ts";
import { Dice } from "../random.ts";
import { Arena, type Identity } from "./arena.ts";
import { type Conduct, honest, liar } from "./conduct.ts";
import { boinc, type RivalReport, twoOfThree } from "./rivals.ts";
import { type Estimate, estimate, scaled, share } from "./statistics.ts";

/** What a fleet is like. */
export interface Fleet {
  /** Share of the identities at work that are hostile. */
  readonly hostile: number;
  /** Chance that an honest result has a flipped bit. */
  readonly flips: number;
  /** Chance that the check sees a lie; the manifest states as much. */
  readonly detection: number;
  readonly hours: number;
  readonly seed: number;
}

/** What came of it. */
export interface FleetReport extends Fleet {
  readonly identities: number;
  readonly admitted: number;
  readonly tasks: number;
  /** Wrong results per million tasks: served, and never taken back. */
  readonly wrongPerMillion: Estimate;
  readonly stoodPerMillion: Estimate;
  readonly wrongPerAdmission: Estimate;
  /** Honest identities that were quarantined, of all honest ones. */
  readonly honestPunished: Estimate;
  /** Runs of trusted compute per task that a peer served: drawn, asked for by a check or a proof, and for newcomers. */
  readonly recheckShare: number;
  readonly proofShare: number;
  readonly shadowShare: number;
  readonly hedgeShare: number;
  /** Seconds from the first lie to its proof. */
  readonly catchS: Estimate | null;
  readonly rivals: { readonly boinc: RivalReport; readonly twoOfThree: RivalReport };
}

const SLOTS = 40;
const TASKS_PER_S = 30;
/** New identities that a hostile crowd makes, at most. */
const CHURN_PER_HOUR = 100;
const HOUR_MS = 3_600_000;
/** The ways of lying, in equal parts. */
function crowd(detection: number): readonly Conduct[] {
  return [
    liar("always", detection, { patience: null }),
    liar("once trusted", detection),
    liar("one in twenty", detection, { chance: 0.05 }),
    liar("sleeper", detection, { patience: 500 }),
    liar("agreed", detection, { agrees: true }),
  ];
}

/** Lets a fleet work. */
export function measureFleet(fleet: Fleet): FleetReport {
  const dice = new Dice(fleet.seed);
  const kernel = simKernel(1, { detection: fleet.detection });
  const everybody: Identity[] = [];
  const kinds = crowd(fleet.detection);
  const come = (conduct: Conduct) => everybody.push(arena.join(conduct));
  let hostile = Math.round(SLOTS * fleet.hostile);
  let budget = 0;
  const arena: Arena = new Arena(kernel, dice.fork(), (identity, quarantined) => {
    if (!quarantined) return;
    arena.agenda.after(1_000, () => arena.leave(identity));
    if (identity.conduct.hostile) hostile--;
    else arena.agenda.after(1_000, () => come(honest(fleet.flips)));
  });
  for (let no = 0; no < SLOTS - hostile; no++) come(honest(fleet.flips));
  for (let no = 0; no < hostile; no++) come(kinds[no % kinds.length]!);
  const wanted = hostile;
  // Who was caught comes again under a new key, as fast as keys can be made.
  const renew = () => {
    budget = Math.min(5, budget + 1);
    if (hostile < wanted && budget > 0) {
      budget--;
      hostile++;
      come(dice.pick(kinds));
    }
    arena.agenda.after(HOUR_MS / CHURN_PER_HOUR, renew);
  };
  renew();
  const submit = () => {
    arena.submit();
    arena.agenda.after(-Math.log(1 - dice.draw()) * 1000 / TASKS_PER_S, submit);
  };
  submit();
  arena.run(fleet.hours * HOUR_MS);
  const at = Array.from(
    { length: SLOTS },
    (_, no) => no < wanted ? kinds[no % kinds.length]! : honest(fleet.flips),
  );
  const rivals = {
    boinc: boinc(at, arena.totals.tasks, dice.fork()),
    twoOfThree: twoOfThree(at, arena.totals.tasks, dice.fork()),
  };
  return report(fleet, arena, everybody, rivals);
}

function report(
  fleet: Fleet,
  arena: Arena,
  everybody: readonly Identity[],
  rivals: FleetReport["rivals"],
): FleetReport {
  const { totals, state: { counters } } = arena;
  const admitted = everybody.filter(({ conduct, admitted }) => conduct.hostile && admitted);
  const honests = everybody.filter(({ conduct }) => !conduct.hostile);
  const caught = everybody.filter(({ conduct, caughtMs }) => conduct.hostile && caughtMs > 0);
  const per = (count: number) => scaled(share(count, totals.tasks), 1e6);
  return {
    ...fleet,
    identities: everybody.length,
    admitted: admitted.length,
    tasks: totals.tasks,
    wrongPerMillion: per(totals.wrong),
    stoodPerMillion: per(totals.wrong - totals.revoked),
    wrongPerAdmission: estimate(admitted.map(({ wrong }) => wrong)),
    honestPunished: share(honests.filter(({ punished }) => punished > 0).length, honests.length),
    recheckShare: totals.recheck / counters.peer,
    proofShare: (totals.confirm + totals.window) / counters.peer,
    shadowShare: totals.shadow / counters.peer,
    hedgeShare: counters.hedges / (counters.peer + counters.hedges),
    catchS: caught.length < 2
      ? null
      : estimate(caught.map(({ caughtMs, liedMs }) => (caughtMs - liedMs) / 1000)),
    rivals,
  };
}
