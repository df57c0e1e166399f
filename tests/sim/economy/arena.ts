// The real core with simulated identities at its sockets, lean enough for a million tasks. Every identity is somebody
// else's machine on a network of its own; trusted compute and checks do what they should.
import type { Kernel } from "../../../coordinator/ports.ts";
import {
  createState,
  type Effect,
  type Event,
  nextWakeMs,
  type SchedulerConfig,
  schedulerConfig,
  type State,
  step,
} from "../../../coordinator/scheduler/mod.ts";
import { unknownWorker, type WorkerRecord } from "../../../coordinator/verify/mod.ts";
import { Agenda } from "../agenda.ts";
import { truth } from "../kernels.ts";
import type { Dice } from "../random.ts";
import { type Conduct, isWrong } from "./conduct.ts";

/** One key and what came of it. */
export interface Identity {
  readonly no: number;
  readonly conduct: Conduct;
  readonly joinedMs: number;
  /** Results given, and those of them since it was trusted. */
  results: number;
  sinceTrusted: number;
  /** Its result, counted from the first lie, that brought the proof. */
  sinceLie: number;
  /** Wrong results that were served; those of them that were taken back. */
  wrong: number;
  revoked: number;
  /** Served results of its own. */
  served: number;
  /** When it first lied, and when that was first proven; 0: not yet. */
  liedMs: number;
  caughtMs: number;
  punished: number;
  admitted: boolean;
}

/** Totals of an arena. */
export interface Totals {
  tasks: number;
  wrong: number;
  revoked: number;
  /** Runs of trusted compute, by why. */
  serve: number;
  recheck: number;
  confirm: number;
  shadow: number;
  window: number;
}

const SERVICE_MS = 4;
const LOCAL_MS = 0.4;
const DEADLINE_MS = 60;
/** A lie that its check sees is marked in a byte that no true output has. */
const SEEN = 0xee;

/** A core and everybody around it. */
export class Arena {
  readonly agenda = new Agenda();
  readonly state: State;
  readonly totals: Totals = {
    tasks: 0,
    wrong: 0,
    revoked: 0,
    serve: 0,
    recheck: 0,
    confirm: 0,
    shadow: 0,
    window: 0,
  };
  readonly #dice: Dice;
  readonly #kernel: Kernel;
  readonly #identities = new Map<number, Identity>();
  readonly #wrongTo = new Map<number, Identity>();
  readonly #caught: (identity: Identity, quarantined: boolean) => void;
  #nextIdentity = 1;

  /** `caught` hears of every proven lie. */
  constructor(
    kernel: Kernel,
    dice: Dice,
    caught: (identity: Identity, quarantined: boolean) => void,
    config: Partial<SchedulerConfig> = {},
  ) {
    this.#kernel = kernel;
    this.#dice = dice;
    this.#caught = caught;
    this.agenda.nowMs = 1_000_000;
    this.state = createState(schedulerConfig([kernel], 4, { cacheBytesMax: 0, ...config }));
  }

  /** A new identity comes; `record` is what is known of it. */
  join(conduct: Conduct, record: WorkerRecord = unknownWorker): Identity {
    const no = this.#nextIdentity++;
    const nowMs = this.agenda.nowMs;
    const identity: Identity = {
      no,
      conduct,
      joinedMs: nowMs,
      results: 0,
      sinceTrusted: 0,
      sinceLie: 0,
      wrong: 0,
      revoked: 0,
      served: 0,
      liedMs: 0,
      caughtMs: 0,
      punished: 0,
      admitted: record !== unknownWorker,
    };
    this.#identities.set(no, identity);
    const spec = {
      worker: no,
      id: `${no}`,
      network: `network ${no}`,
      tier: "peer" as const,
      invite: null,
      tags: [],
      record,
    };
    this.#raise({ type: "joined", nowMs, spec: { ...spec, slots: 1, window: 3 } });
    this.#raise({ type: "measured", nowMs, worker: no, rttMs: 0.2 });
    this.#raise({ type: "kernelReady", nowMs, worker: no, kernel: this.#kernel.no, ready: true });
    return identity;
  }

  /** An identity is given up. */
  leave(identity: Identity): void {
    if (!this.#identities.delete(identity.no)) return;
    this.#raise({ type: "left", nowMs: this.agenda.nowMs, worker: identity.no });
  }

  /** One more task of a game. */
  submit(): void {
    const task = ++this.totals.tasks;
    const input = Uint8Array.of(task & 127, (task >> 7) & 255, (task >> 15) & 255, task >> 23);
    const nowMs = this.agenda.nowMs;
    const kernel = this.#kernel.no;
    const who = {
      task,
      project: 1,
      backend: 1,
      request: task,
      priority: 0,
      weight: 1,
      verify: "sampled" as const,
    };
    const what = {
      kernel,
      input,
      assets: [],
      fuelLimit: 1_000_000,
      identity: `${task}`,
      exclude: [],
      dueMs: nowMs + DEADLINE_MS,
    };
    this.#raise({ type: "submitted", nowMs, spec: { ...who, ...what } });
  }

  /** Lets time pass. */
  run(forMs: number): void {
    const untilMs = this.agenda.nowMs + forMs;
    for (;;) {
      const wakeMs = nextWakeMs(this.state);
      if (wakeMs > Math.min(this.agenda.nextMs, untilMs)) {
        if (!this.agenda.next(untilMs)) break;
        continue;
      }
      this.agenda.nowMs = Math.max(this.agenda.nowMs, wakeMs);
      this.#raise({ type: "tick", nowMs: this.agenda.nowMs });
    }
    this.agenda.nowMs = untilMs;
  }

  #raise(event: Event): void {
    const out: Effect[] = [];
    step(this.state, event, out);
    for (const effect of out) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "assign":
        return void this.agenda.after(SERVICE_MS * this.#dice.between(0.8, 1.2), () => this.#answer(effect));
      case "check": {
        const { attempt, again, output } = effect;
        const verdict = output[7] === SEEN ? "failed" : "passed";
        this.agenda.after(0, () => {
          this.#raise({ type: "checked", nowMs: this.agenda.nowMs, attempt, again, verdict, message: "" });
        });
        return;
      }
      case "compute": {
        const { run, work, purpose } = effect;
        this.totals[purpose]++;
        this.agenda.after(LOCAL_MS, () => {
          this.#raise({ type: "computed", nowMs: this.agenda.nowMs, run, outcome: truth(work) });
        });
        return;
      }
      case "reply":
        return this.#served(effect);
      case "revoke":
        return this.#takenBack(effect.request);
      case "trust": {
        const identity = this.#identities.get(Number(effect.worker));
        if (identity !== undefined && effect.trust.stage === "trusted") identity.admitted = true;
        return;
      }
      case "record": {
        const identity = this.#identities.get(Number(effect.worker));
        if (identity === undefined) return;
        identity.punished++;
        if (identity.caughtMs === 0) identity.caughtMs = this.agenda.nowMs;
        const quarantined = effect.record.quarantinedUntilMs > this.agenda.nowMs;
        this.agenda.after(0, () => this.#caught(identity, quarantined));
        return;
      }
      default:
        return;
    }
  }

  #answer({ worker, attempt, fence, work }: Effect & { readonly type: "assign" }): void {
    const identity = this.#identities.get(worker);
    const right = truth(work);
    if (identity === undefined || right.type !== "output") return;
    identity.results++;
    if (identity.admitted) identity.sinceTrusted++;
    if (identity.liedMs > 0 && identity.caughtMs === 0) identity.sinceLie++;
    let outcome = right;
    if (isWrong(identity.conduct, identity.sinceTrusted, this.#dice)) {
      const output = right.output.slice();
      output[6] = identity.conduct.agrees ? 0x5a : 1 + this.#dice.below(255);
      if (this.#dice.chance(identity.conduct.detection)) output[7] = SEEN;
      outcome = { ...right, output };
      if (identity.liedMs === 0) identity.liedMs = this.agenda.nowMs;
      if (identity.sinceLie === 0) identity.sinceLie = 1;
    }
    const draw = this.#dice.draw();
    this.#raise({
      type: "answered",
      nowMs: this.agenda.nowMs,
      worker,
      attempt,
      fence,
      outcome,
      draw,
      seed: 0n,
    });
  }

  #served(reply: Effect & { readonly type: "reply" }): void {
    if (reply.worker === null) return;
    const identity = this.#identities.get(Number(reply.worker));
    if (identity === undefined) return;
    identity.served++;
    // A true output of these four-byte inputs has nothing in its last bytes.
    if (reply.output[6] === 0 && reply.output[7] === 0) return;
    identity.wrong++;
    this.totals.wrong++;
    this.#wrongTo.set(reply.request, identity);
  }

  #takenBack(request: number): void {
    const identity = this.#wrongTo.get(request);
    if (identity === undefined) return;
    this.#wrongTo.delete(request);
    identity.revoked++;
    this.totals.revoked++;
  }
}
