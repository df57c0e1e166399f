// Whole programs killed at random moments while a game works: nothing hangs, nothing is lost without a code, nothing comes
// twice, and everything goes on when it is started again.
import { assert } from "../deps.ts";
import { messageType as t, parseToBackend } from "../../protocol/mod.ts";
import { connect } from "../../sdk/mod.ts";
import type { Member } from "../../tools/demo/crew.ts";
import { seeded } from "../../tools/demo/maps.ts";
import { ask, bearing } from "../e2e/coordinator_rig.ts";
import { eventually } from "./eventually.ts";
import { kernelOf } from "./fleet.ts";
import { Load } from "./load.ts";
import { endOf, type Programs, withPrograms } from "./programs.ts";
import { Wiretap } from "./wiretap.ts";
import { paths } from "./work.ts";

const isLong = Deno.env.get("P2C2R_LONG") === "1";
const rounds = isLong ? 60 : 12;
const victims = ["worker", "coordinator", "backend", "network"] as const;
const labels = ["one", "two", "three"] as const;
const momentMsMax = 300;
const graceMs = 100;
const deadlineMs = 1_000;
const inFlight = 6;
/** What the timers of a busy machine may add to deadline and grace. */
const busyMs = 2_000;
/** A supervisor kills after five seconds, on a machine that is not as busy as one that tests everything. */
const stopMsMax = 10_000;
const killedCode = 128 + 9;
/** What a request may end with while something is dead: all say that trying again can help. */
const excuses = new Set([
  ...["peer", "local", "task.deadline", "task.infeasible", "task.overload"],
  ...["connection.lost", "coordinator.draining"],
]);

/** All programs of a game, and the load of the backend that is not killed. */
class Game {
  readonly programs: Programs;
  readonly load: Load;
  readonly key: string;
  readonly workers = new Map<string, Member>();
  coordinator: Member;
  backend: Member;
  #backendByPeers = 0;
  #seed = 100;

  private constructor(programs: Programs, key: string, coordinator: Member, load: Load) {
    this.programs = programs;
    this.key = key;
    this.coordinator = coordinator;
    this.load = load;
    this.backend = this.#startBackend();
  }

  static async start(programs: Programs, key: string, coordinator: Member, load: Load): Promise<Game> {
    const game = new Game(programs, key, coordinator, load);
    for (const label of labels) game.workers.set(label, (await programs.worker(label)).member);
    return game;
  }

  /** Every worker is connected and trusted, and both backends get answers from them again. */
  async goesOn(): Promise<void> {
    await eventually("all workers are connected and trusted", async () => {
      const { workers } = await this.programs.status();
      const able = workers.filter((worker) =>
        worker.state === "connected" && kernelOf(worker, "pathfind")?.stage === "trusted"
      );
      return able.length === this.workers.size;
    });
    const [before, beforeThere] = [this.load.byPeers, this.#backendByPeers];
    await eventually(
      "peers answer",
      () => this.load.byPeers >= before + 10 && this.#backendByPeers > beforeThere,
    );
  }

  /** Kills a program and starts it again. */
  async killAndRestart(
    victim: Exclude<typeof victims[number], "network">,
    label: string = labels[1],
  ): Promise<void> {
    const member = victim === "worker" ? this.workers.get(label)! : this[victim];
    member.kill("SIGKILL");
    assert.equal((await endOf(member)).code, killedCode);
    if (victim === "worker") this.workers.set(label, (await this.programs.worker(label)).member);
    else if (victim === "backend") this.backend = this.#startBackend();
    else this.coordinator = await this.programs.coordinator();
  }

  #startBackend(): Member {
    this.#backendByPeers = 0;
    return this.programs.backend(
      this.key,
      this.#seed++,
      (report) => this.#backendByPeers = Number(report["byPeers"]),
    );
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function balanceOf({ operator }: Programs, project: string): Promise<number> {
  const { body } = await ask(`${operator.url}/v1/admin/projects`, bearing(operator.token));
  const projects = body["projects"] as readonly { readonly id: string; readonly balance: number }[];
  return projects.find(({ id }) => id === project)!.balance;
}

/** What the connected workers earned, together. */
async function creditOf(
  programs: Programs,
): Promise<Record<"pending" | "granted" | "refused" | "claimed", number>> {
  const sum = { pending: 0, granted: 0, refused: 0, claimed: 0 };
  for (const { credit } of (await programs.status()).workers) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += credit?.[key] ?? 0;
  }
  return sum;
}

/** Everything the load's client was told, with how its requests ended. */
function assertEndsOf(load: Load, tap: Wiretap): void {
  assert.equal(load.ended, load.started);
  assert.deepEqual([...load.ends.keys()].filter((end) => !excuses.has(end)), []);
  assert.equal(load.wrong, 0);
  assert.ok(load.overMsMax < busyMs, `a request ended ${load.overMsMax} ms after deadline and grace`);
  const answered = tap.frames.map((frames) =>
    frames.flatMap((frame) => parseToBackend(frame)).flatMap((each) => each[0] === t.answer ? [each[1]] : [])
  );
  const [all, distinct] = [answered.flat().length, new Set(answered.flat()).size];
  assert.ok(distinct >= load.answered, "the tap heard the answers");
  for (const each of answered) {
    assert.equal(new Set(each).size, each.length, "no connection says an answer twice");
  }
  // What was on its way when the network was cut is said again over the next connection, and nothing else.
  assert.ok(
    all - distinct <= inFlight * Math.ceil(rounds / victims.length),
    `${all - distinct} answers were said twice`,
  );
}

/** Kills the coordinator while credit is pending: that credit lapses, what was granted stays, all books add up. */
async function assertBooks(game: Game): Promise<void> {
  const { programs } = game;
  const before = await eventually("credit is granted, and pending", async () => {
    const credit = await creditOf(programs);
    return credit.granted > 0 && credit.pending > 0 && credit;
  });
  await game.killAndRestart("coordinator");
  await eventually("the workers are back", async () => {
    const { workers } = await programs.status();
    return workers.filter(({ state }) => state === "connected").length === game.workers.size;
  });
  const after = await creditOf(programs);
  assert.deepEqual([after.pending, after.granted + after.refused], [0, after.claimed]);
  assert.ok(
    after.granted >= before.granted && after.granted < before.granted + before.pending,
    "not granted",
  );
  const { ledger } = await programs.status();
  const { refused: _memorandum, ...money } = ledger;
  assert.equal(Object.values(money).reduce((sum, each) => sum + each, 0), 0, JSON.stringify(ledger));
  assert.equal(ledger["pending"], 0);
}

/** A coordinator that dies takes a flush with it; a request that was in flight then may be computed, and paid, twice. */
function assertPaid(load: Load, spent: number): void {
  const state = `${spent} micro-credits were paid for answers of ${load.price}`;
  assert.ok(spent >= 0.7 * load.price, state);
  assert.ok(spent <= 1.1 * load.price + 3 * rounds * inFlight, state);
}

/** Tells a program to stop, as an operator or helper would. */
async function assertStops(member: Member): Promise<void> {
  member.kill("SIGINT");
  const { code, tookMs } = await endOf(member);
  assert.equal(code, 0, member.lastWords);
  assert.ok(tookMs < stopMsMax, `it took ${tookMs} ms`);
}

Deno.test("a game goes on whatever is killed at whatever moment", async (test) => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const random = seeded(seed);
  await withPrograms(async (programs) => {
    const coordinator = await programs.coordinator();
    const [mine, others] = [await programs.project(), await programs.project()];
    const deposit = await balanceOf(programs, mine.project);
    await using tap = new Wiretap(programs.url);
    await using client = await connect(tap.url.href, { apiKey: mine.key, graceMs });
    const load = new Load(client, paths(81, 64, 4), { inFlight, deadlineMs, graceMs });
    const game = await Game.start(programs, others.key, coordinator, load);
    await game.goesOn();

    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      [`it goes on after ${rounds} kills (seed ${seed})`, async () => {
        for (let round = 0; round < rounds; round++) {
          await pause(random() * momentMsMax);
          const label = labels[Math.floor(random() * labels.length)]!;
          const victim = victims[round % victims.length]!;
          if (victim === "network") tap.cut();
          else await game.killAndRestart(victim, label);
          // Sometimes the next one dies before all is well again.
          if (random() < 0.7) await game.goesOn();
        }
        await game.goesOn();
      }],
      ["without a coordinator requests end in time, with a code that says so", async () => {
        game.coordinator.kill("SIGKILL");
        assert.equal((await endOf(game.coordinator)).code, killedCode);
        const lost = () => (load.ends.get("connection.lost") ?? 0) + (load.ends.get("task.deadline") ?? 0);
        const before = lost();
        await eventually("requests end that nobody could answer", () => lost() >= before + 2 * inFlight);
        game.coordinator = await programs.coordinator();
        await game.goesOn();
        assert.equal((await programs.status()).trust.shadows, 0, "trust outlives a coordinator");
      }],
      ["a worker that is told to stop finishes and leaves, and nobody notices", async () => {
        const member = game.workers.get("one")!;
        game.workers.delete("one");
        await assertStops(member);
        await game.goesOn();
      }],
      ["a coordinator that is told to stop under load ends in order and in time", async () => {
        await assertStops(game.coordinator);
        game.coordinator = await programs.coordinator();
        await game.goesOn();
      }],
      ["every request ended once, in time, right or with a code", async () => {
        const stopped = load.stop();
        await eventually("every request has ended", () => load.ended === load.started);
        await stopped;
        assertEndsOf(load, tap);
      }],
      ["the books add up, and what was pending when a coordinator died lapsed", async () => {
        await game.backend.dismiss();
        assert.equal((await endOf(game.backend)).code, 0, game.backend.lastWords);
        await assertBooks(game);
        assertPaid(load, deposit - await balanceOf(programs, mine.project));
      }],
      ["everything ends when its input does", async () => {
        for (const member of [...game.workers.values(), game.coordinator]) {
          await member.dismiss();
          assert.equal((await endOf(member)).code, 0, member.lastWords);
        }
      }],
    ];
    for (const [name, step] of steps) if (!await test.step(name, step)) return;
  });
});
