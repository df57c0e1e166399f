// Whatever happens in whatever order: nothing is sent twice, nothing of a session that is over, never more than the window.
import { messageType } from "../../protocol/mod.ts";
import { assert, fc } from "../../tests/deps.ts";
import { kernelHex, Machine, only, taskMessage } from "./_machine.ts";
import type { Effect } from "./types.ts";

type Action =
  | { readonly type: "connect" | "drop" | "tick" | "pause" | "resume" | "broken" | "returnWaiting" }
  | { readonly type: "task" | "cancel" | "finish"; readonly pick: number };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("task" as const), pick: fc.nat(9) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("finish" as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("cancel" as const), pick: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.constant({ type: "connect" as const }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...(["drop", "tick", "pause", "resume", "broken", "returnWaiting"] as const).map((type) => ({ type })),
    ),
  },
);

/** What the coordinator and the runner at the two ends would see. */
class World {
  readonly machine = new Machine({ window: 3 });
  /** Jobs with the runner, and the attempt each was made for. */
  readonly computing = new Map<number, { readonly session: number; readonly attempt: number }>();
  /** Tasks of the current session that have no answer yet. */
  readonly owed = new Map<number, { cancelled: boolean }>();
  session = 0;
  live = false;
  #draws = 0;

  constructor() {
    this.look(this.machine.on({ type: "started" }));
  }

  do(action: Action): void {
    const { machine } = this;
    switch (action.type) {
      case "connect":
        if (!this.live) this.connect();
        return;
      case "drop":
        this.live = false;
        return this.look(machine.drop(0.3));
      case "broken":
        if (!this.live) return;
        this.look(machine.on({
          type: "broken",
          connection: machine.state.connection,
          code: "protocol.malformed",
          text: "",
        }));
        return this.do({ type: "drop" });
      case "tick":
        return this.look(machine.on({ type: "tick" }, 3_000));
      case "pause":
        return this.look(
          machine.on({ type: "command", command: { type: "pause", reason: "", forMs: null } }),
        );
      case "resume":
        return this.look(machine.on({ type: "command", command: { type: "resume" } }));
      case "returnWaiting":
        return this.giveBack();
      case "task":
        return this.task(action.pick);
      case "cancel":
        if (!this.live) return;
        this.look(machine.hear([messageType.cancel, action.pick, 1]));
        if (this.owed.has(action.pick)) this.owed.set(action.pick, { cancelled: true });
        return;
      case "finish":
        return this.finish(action.pick);
    }
  }

  connect(): void {
    const resumable = this.session > 0 && this.machine.state.session !== null;
    const resumed = resumable && this.#draws++ % 3 !== 0;
    if (!resumed) {
      this.session++;
      this.owed.clear();
    }
    this.live = true;
    this.look(this.machine.join(resumed, `s${this.session}`));
    this.look(this.machine.prepare());
  }

  task(attempt: number): void {
    if (!this.live || this.owed.has(attempt)) return;
    this.owed.set(attempt, { cancelled: false });
    this.look(this.machine.hear(taskMessage(attempt)));
  }

  finish(pick: number): void {
    const jobs = [...this.computing.keys()];
    const job = jobs[pick % Math.max(1, jobs.length)];
    if (job === undefined) return;
    this.computing.delete(job);
    this.look(this.machine.finish(job));
  }

  giveBack(): void {
    const jobs = [...this.computing.keys()];
    this.computing.clear();
    this.look(this.machine.on({ type: "returned", jobs, reason: "" }));
  }

  look(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") {
        assert.ok(this.live, "nothing is sent without a connection");
        this.answered(effect);
      } else if (effect.type === "compute") {
        assert.equal(effect.job.kernel, kernelHex);
        assert.ok(!this.computing.has(effect.job.job), "a job number is used once");
        const attempt = effect.job.input[0]!;
        this.computing.set(effect.job.job, { session: this.session, attempt });
      } else if (effect.type === "forget") this.computing.delete(effect.job);
    }
    assert.ok(this.machine.state.open <= 3, "never more than the window");
    assert.ok(only(effects, "exit").length === 0);
    for (const { session } of this.computing.values()) {
      assert.ok(
        this.machine.state.session === null || session >= this.session,
        "no job outlives its session",
      );
    }
  }

  answered({ message }: Effect & { type: "send" }): void {
    if (message[0] === messageType.result) {
      assert.equal(this.owed.get(message[1])?.cancelled, false, "only what is owed and wanted");
    }
    const answered = message[0] === messageType.result || message[0] === messageType.failure
      ? [message[1]]
      : message[0] === messageType.handBack
      ? message[1].map(([attempt]) => attempt)
      : [];
    for (const attempt of answered) {
      assert.ok(this.owed.delete(attempt), `attempt ${attempt} was owed once and is answered once`);
    }
  }
}

Deno.test("step() answers each task of a session exactly once, whatever happens in between", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 120, size: "max" }), (actions) => {
      const world = new World();
      for (const one of actions) world.do(one);
      if (!world.live) world.connect();
      while (world.computing.size > 0) world.finish(0);
      assert.deepEqual([...world.owed.keys()], [], "nothing is lost");
      assert.equal(world.machine.state.jobs.size, 0);
    }),
    { numRuns: 400 },
  );
});
