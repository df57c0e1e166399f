// What others do against the same crowd: BOINC's adaptive replication as its documentation publishes it, and voting.
import type { Dice } from "../random.ts";
import { type Conduct, isWrong } from "./conduct.ts";

/** What a way of trusting let through, and what it cost. */
export interface RivalReport {
  readonly tasks: number;
  readonly wrong: number;
  /** Computations beyond one for each task. */
  readonly extra: number;
}

/** A host: who is caught is not sent away by either of these ways, its results only stop counting. */
interface Host {
  readonly conduct: Conduct;
  results: number;
  valid: number;
}

/** Below so many valid results in a row every result is replicated; from there with chance 1/count. */
const ALWAYS_BELOW = 10;

type Answer = "right" | number;

/** BOINC: a host's results are replicated always below ten valid ones in a row, then with chance 1/count. */
export function boinc(crowd: readonly Conduct[], tasks: number, dice: Dice): RivalReport {
  const hosts = crowd.map((conduct) => ({ conduct, results: 0, valid: 0 }));
  let wrong = 0;
  let extra = 0;
  for (let task = 0; task < tasks; task++) {
    const first = dice.pick(hosts);
    const answer = ask(first, dice);
    const replicates = first.valid < ALWAYS_BELOW || dice.chance(1 / first.valid);
    if (!replicates) {
      if (answer !== "right") wrong++;
      continue;
    }
    const given = new Map<Host, Answer>([[first, answer]]);
    const canonical = untilTwoAgree(hosts, given, dice);
    extra += given.size - 1;
    if (canonical !== "right") wrong++;
    for (const [host, said] of given) host.valid = said === canonical ? host.valid + 1 : 0;
  }
  return { tasks, wrong, extra };
}

/** Two of three: every task goes to two hosts, to a third when they differ, and so on until two agree. */
export function twoOfThree(crowd: readonly Conduct[], tasks: number, dice: Dice): RivalReport {
  const hosts = crowd.map((conduct) => ({ conduct, results: 0, valid: 0 }));
  let wrong = 0;
  let extra = 0;
  for (let task = 0; task < tasks; task++) {
    const first = dice.pick(hosts);
    const given = new Map<Host, Answer>([[first, ask(first, dice)]]);
    if (untilTwoAgree(hosts, given, dice) !== "right") wrong++;
    extra += given.size - 1;
  }
  return { tasks, wrong, extra };
}

function untilTwoAgree(hosts: readonly Host[], given: Map<Host, Answer>, dice: Dice): Answer {
  for (;;) {
    const host = dice.pick(hosts);
    if (given.has(host)) {
      if (given.size < hosts.length) continue;
      return "right"; // Everybody was asked and no two agree: the project computes it itself.
    }
    const answer = ask(host, dice);
    const agrees = [...given.values()].includes(answer);
    given.set(host, answer);
    if (agrees) return answer;
  }
}

/** Right, or a wrong answer by number; those who agree give the same. Nobody is told when it is trusted. */
function ask(host: Host, dice: Dice): Answer {
  host.results++;
  const { conduct } = host;
  const sinceTrusted = Math.max(0, host.results - 50);
  if (!isWrong(conduct, sinceTrusted, dice)) return "right";
  return conduct.agrees ? 0 : 1 + dice.bits();
}
