// A helper's machine: the worker's real connection, session machine and HTTP side, and what computes (helper_compute.ts).
import { CoordinatorHttp, problemOf } from "../../worker/coordinator_http.ts";
import { Connection, type OpenSocket, type SocketListener } from "../../worker/connection.ts";
import type { Identity } from "../../worker/identity.ts";
import { causeOf, sessionConfig } from "../../worker/session/mod.ts";
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
import type { Habit } from "./habits.ts";
import { helperCompute } from "./helper_compute.ts";
import { COORDINATOR, type Host } from "./host.ts";
import { clearPath, type Path, type Wire } from "./network.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";

/** Who a helper is and what the machine can do. */
export interface HelperTraits {
  readonly identity: Identity;
  /** Where it is reached from; the first three numbers are its network. */
  readonly address: string;
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
  /** Files on its disk, which outlive the process. */
  readonly #disk = new Map<string, Uint8Array<ArrayBuffer>>();
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
    const { slots, tier, invite, identity, address } = this.traits;
    const http = new CoordinatorHttp(
      { coordinator: COORDINATOR, tier, invite },
      identity,
      new AbortController().signal,
      () => {},
      this.#parts.host.fetcher({ process, path: this.path, address }),
    );
    const connection: Connection = new Connection({
      config: {
        ...sessionConfig(slots, "simulated/1"),
        window: slots + 6,
        backoffMsBase: 50,
        backoffMsCap: 1_000,
        refusedMs: 2_000,
        prepareAgainMs: 1_000,
      },
      coordinator: COORDINATOR,
      clock: {
        nowMs: () => agenda.nowMs,
        after: (delayMs, run) => process.after(delayMs, run),
      },
      defer: (run) => process.after(0, run),
      draw: dice.draw,
      openSocket: (...asked) => this.#open(process, ...asked),
      access: http,
      settle: () => Promise.resolve(),
      work: helperCompute({
        ...this.#parts,
        traits: this.traits,
        process,
        http,
        disk: this.#disk,
        slowness: () => this.slowness,
        nth: () => ++this.#answered,
        connection: () => connection,
      }),
      say: () => {},
      ended: () => {},
    });
    this.#connection = connection;
    connection.assets("held", [...this.#disk.keys()]);
    connection.start();
  }

  #open(process: Process, ...[asked, token, listener]: Parameters<OpenSocket>): ReturnType<OpenSocket> {
    const { host, agenda } = this.#parts;
    const { address } = this.traits;
    const wire = host.connect(
      { process, path: this.path, address, end: this.#ear(listener) },
      { path: asked.pathname, token, session: asked.searchParams.get("session") },
      () => listener.opened(),
      (status, body) => listener.closed(problemOf(status, body)),
    );
    if (wire === null) {
      const refused = new P2c2rError("connection.lost", "Cannot connect: nothing listens");
      agenda.after(this.path.delayMs, () => process.enter(() => listener.closed(refused)));
    }
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
}
