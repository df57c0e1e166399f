// A helper's machine: the worker's real connection and session machine, with a runner that computes by waiting.
import {
  Connection,
  type OpenSocket,
  type SocketListener,
  type Work as Runner,
} from "../../worker/connection.ts";
import { causeOf, type Effect, type JobOutcome, sessionConfig } from "../../worker/session/mod.ts";
import {
  encodeFrame,
  type FromWorker,
  messageType,
  P2c2rError,
  parseFromWorker,
} from "../../protocol/mod.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import type { Agenda } from "./agenda.ts";
import type { FaultCounts } from "./faults.ts";
import { answerOf, type Habit } from "./habits.ts";
import type { Host } from "./host.ts";
import { clearPath, type Path, type Wire } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";

type Job = (Effect & { readonly type: "compute" })["job"];

/** Who a helper is and what the machine can do. */
export interface HelperTraits {
  readonly id: string;
  readonly network: string;
  readonly slots: number;
  readonly serviceMs: number;
  readonly delayMs: number;
  readonly tags: readonly string[];
  readonly tier: "peer" | "cloud";
  readonly invite: string | null;
  readonly habit: Habit;
  /** Sends answers to what it was never asked, and bytes that are no protocol. */
  readonly floods: boolean;
  readonly sendsGarbage: boolean;
  /** Chance that a kernel cannot be prepared at the first try. */
  readonly kernelLostRate: number;
}

/** What a helper needs of the world. */
export interface HelperParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly host: Host;
  readonly kernels: readonly Kernel[];
}

const AGAIN_MS = 300;
const PREPARE_MS = 5;

/** A machine that lends its slots. */
export class Helper {
  readonly traits: HelperTraits;
  readonly path: Path;
  readonly #parts: HelperParts;
  /** How many times slower than it was. */
  slowness = 1;
  #process: Process;
  #connection: Connection | null = null;
  #wire: Wire | null = null;
  #waiting: Job[] = [];
  #running = new Map<number, { cancelled: boolean }>();
  #answered = 0;

  constructor(traits: HelperTraits, parts: HelperParts) {
    this.traits = traits;
    this.#parts = parts;
    this.path = clearPath(traits.delayMs, traits.delayMs / 2);
    this.#process = new Process(parts.agenda);
    this.#start();
  }

  /** Whether its session is up. */
  get connected(): boolean {
    return this.#process.alive && this.#connection?.status().connected === true;
  }

  /** It dies and starts again after a while: a new session of the same key. */
  crash(againMs: number): void {
    if (!this.#process.alive) return;
    this.#process.kill();
    this.#wire?.cut();
    this.#parts.agenda.after(againMs, () => this.#start());
  }

  /** Its process stands still. */
  freeze(forMs: number): void {
    this.#process.freeze(forMs);
  }

  /** Its connection breaks. */
  cut(): void {
    this.#wire?.cut();
  }

  /** Its helper pauses it for a while. */
  pause(forMs: number): void {
    const connection = this.#connection;
    this.#process.enter(() => connection?.command({ type: "pause", reason: "a game runs", forMs }));
  }

  /** Says something that its session machine never would. */
  misbehave(): void {
    const { dice, faults } = this.#parts;
    if (this.traits.floods) {
      faults.count("floods");
      const attempt = dice.below(400);
      const result: FromWorker = [
        messageType.result,
        attempt,
        1 + dice.below(2),
        new Uint8Array(8),
        1040,
        1,
        null,
      ];
      this.#wire?.toServer(encodeFrame([result, result]));
    }
    if (this.traits.sendsGarbage) {
      faults.count("garbage");
      this.#wire?.toServer(Uint8Array.from({ length: 1 + dice.below(40) }, () => dice.below(256)));
    }
  }

  #start(): void {
    const { agenda, dice } = this.#parts;
    const process = new Process(agenda);
    this.#process = process;
    this.#waiting = [];
    this.#running = new Map();
    const { slots } = this.traits;
    const connection = new Connection({
      config: {
        ...sessionConfig(slots, "simulated/1"),
        window: slots + 6,
        backoffMsBase: 50,
        backoffMsCap: 1_000,
        refusedMs: 2_000,
        prepareAgainMs: 1_000,
      },
      coordinator: new URL("http://coordinator"),
      clock: {
        nowMs: () => agenda.nowMs,
        after: (delayMs, run) => process.after(delayMs, run),
      },
      defer: (run) => process.after(0, run),
      draw: dice.draw,
      openSocket: (...asked) => this.#open(process, ...asked),
      access: { hasToken: true, token: () => Promise.resolve("token"), forgetToken: () => {} },
      settle: () => Promise.resolve(),
      work: this.#runner(process),
      say: () => {},
      ended: () => {},
    });
    this.#connection = connection;
    connection.start();
  }

  #open(process: Process, ...[address, , listener]: Parameters<OpenSocket>): ReturnType<OpenSocket> {
    const { host, agenda } = this.#parts;
    const { id, network, tier, invite } = this.traits;
    const session = address.searchParams.get("session");
    const wire = host.connect(
      { process, path: this.path, end: this.#ear(listener) },
      (inside, socket) => {
        const who = { id, publicKey: `key of ${id}`, network, tier, invite };
        inside.workers.open(socket, who, session);
      },
    );
    if (wire === null) {
      const refused = new P2c2rError("connection.lost", "Cannot connect: nothing listens");
      agenda.after(this.path.delayMs, () => process.enter(() => listener.closed(refused)));
    } else process.after(0, () => listener.opened());
    this.#wire = wire;
    const isDead = () => wire === null || !process.alive;
    return {
      bufferedBytes: 0,
      send: (frame) => isDead() || wire?.toServer(this.#withTags(frame)),
      close: (closeCode) => new Promise((gone) => isDead() ? gone() : wire?.closeByClient(closeCode, gone)),
    };
  }

  #ear(listener: SocketListener) {
    return {
      frame: (frame: Uint8Array) => listener.frame(frame),
      closed: (closeCode: number, reason: string) => {
        const code = closeCode === 0 ? "connection.lost" : causeOf(closeCode);
        listener.closed(new P2c2rError(code, reason === "" ? "The connection is gone" : reason));
      },
    };
  }

  /** The session machine states no tags yet; here they are put into its introduction. */
  #withTags(frame: Uint8Array): Uint8Array {
    if (this.traits.tags.length === 0) return frame;
    const messages = parseFromWorker(frame.slice());
    if (!messages.some((message) => message[0] === messageType.ready)) return frame;
    const tags = this.traits.tags.map((tag) => Uint8Array.fromHex(tag));
    return encodeFrame(messages.map((message): FromWorker => {
      if (message[0] !== messageType.ready) return message;
      const [type, slots, window, software] = message;
      return [type, slots, window, software, tags, null, null];
    }));
  }

  #runner(process: Process): Runner {
    return {
      prepare: () => this.#prepare(process),
      start: (job) => {
        this.#waiting.push(job);
        this.#pump(process);
      },
      cancel: (job) => this.#cancel(job),
      forget: (job) => {
        this.#waiting = this.#waiting.filter((each) => each.job !== job);
      },
      returnWaiting: () => this.#waiting.splice(0).map(({ job }) => job),
      rest: () => {},
      wake: () => {},
    };
  }

  #prepare(process: Process): Promise<unknown> {
    const { dice, faults } = this.#parts;
    const lost = dice.chance(this.traits.kernelLostRate);
    if (lost) faults.count("kernelLost");
    return new Promise<void>((resolve, reject) => {
      process.after(PREPARE_MS, () => {
        if (lost) reject(new P2c2rError("connection.lost", "Cannot fetch bundle: the connection is gone"));
        else resolve();
      });
    });
  }

  #cancel(job: number): void {
    const running = this.#running.get(job);
    if (running !== undefined) running.cancelled = true;
    const at = this.#waiting.findIndex((each) => each.job === job);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    const outcome = { type: "failure", code: "task.cancelled", message: "", fuel: 0, computeUs: 0 } as const;
    this.#connection?.computed(job, outcome);
  }

  #pump(process: Process): void {
    const { dice } = this.#parts;
    while (this.#running.size < this.traits.slots) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      this.#running.set(job.job, { cancelled: false });
      const tookMs = this.traits.serviceMs * this.slowness * dice.between(0.8, 1.2);
      process.after(tookMs, () => this.#done(process, job));
    }
  }

  #done(process: Process, job: Job): void {
    const { dice, faults, kernels } = this.#parts;
    const kernel = kernels.find(({ digest }) => digest === job.kernel)?.no ?? 0;
    const { input, assets } = job;
    const outcome = answerOf(
      this.traits.habit,
      { kernel, input, assets, fuelLimit: 1_000_000 },
      ++this.#answered,
      dice,
      faults,
    );
    // Who never answers keeps its slot as well, but not for ever: it would get nothing more to swallow.
    if (outcome === undefined) return void process.after(AGAIN_MS, () => this.#free(process, job.job));
    this.#connection?.computed(job.job, outcome as JobOutcome);
    this.#free(process, job.job);
  }

  #free(process: Process, job: number): void {
    this.#running.delete(job);
    this.#pump(process);
  }
}
