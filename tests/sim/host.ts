// The machine the coordinator runs on: starts the whole of it over fake ports, kills it, and starts it again on what it wrote.
import { assemble, type Assembly } from "../../coordinator/assemble.ts";
import { gatewayLimits } from "../../coordinator/gateway/mod.ts";
import type { Kernel } from "../../coordinator/ports.ts";
import type { SchedulerConfig, State } from "../../coordinator/scheduler/mod.ts";
import { memoryBlobs } from "../../coordinator/store/mod.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import type { Agenda } from "./agenda.ts";
import type { MemoryBooks } from "./books.ts";
import type { FaultCounts } from "./faults.ts";
import { type ClientEnd, type Path, Wire } from "./network.ts";
import { Past } from "./past.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { storePort } from "./store_port.ts";
import { trustedCompute } from "./trusted_compute.ts";
import { fairWeather } from "./weather.ts";
import type { Watch } from "./watch/mod.ts";

/** Where the coordinator's clock stands at the start, in epoch milliseconds. */
const EPOCH_MS = 1_000_000_000;
const RESTART_MS_MIN = 20;
const RESTART_MS_MAX = 400;
/** How long a stop waits for what can still be proven right. */
const SETTLE_MS = 200;
const CLOSE_MS = 300;

/** What a host is made of. */
export interface HostParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly watch: Watch;
  readonly kernels: readonly Kernel[];
  readonly localSlots: number;
  readonly scheduler: Partial<SchedulerConfig>;
  readonly books: MemoryBooks;
  /** A bug came to light, or a promise was broken. */
  readonly onBroken: (error: unknown) => void;
}

/** The coordinator's machine. */
export class Host {
  readonly weather = fairWeather();
  readonly #parts: HostParts;
  /** Events that may come again. */
  readonly #past = new Past();
  readonly #wires = new Set<Wire>();
  #process: Process;
  #inside: Assembly | null = null;
  #state: State | null = null;
  #starts = 0;
  /** Set by hand of the machine's clock; a process keeps what it found at its start for its monotone clock. */
  #wallOffsetMs = 0;
  #frozenUntilMs = 0;
  #baseMs = EPOCH_MS;
  #stopping: Process | null = null;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#process = new Process(parts.agenda);
    this.#start();
  }

  /** What listens now, if anything does. */
  get inside(): Assembly | null {
    return this.#process.alive ? this.#inside : null;
  }

  get process(): Process {
    return this.#process;
  }

  /** The core's memory, of the process that runs now. */
  get state(): State | null {
    return this.#process.alive ? this.#state : null;
  }

  /** What the process's own clock says. */
  get nowMs(): number {
    return this.#baseMs + this.#parts.agenda.nowMs;
  }

  /** Opens a connection; null when nothing listens there. */
  connect(
    client: { readonly process: Process; readonly path: Path; readonly end: ClientEnd },
    open: (inside: Assembly, socket: WebSocket) => void,
  ): Wire | null {
    const inside = this.inside;
    const { agenda, dice, faults } = this.#parts;
    if (inside === null || client.path.blockedUntilMs > agenda.nowMs) return null;
    const wire = new Wire(
      {
        agenda,
        dice,
        path: client.path,
        client: client.process,
        server: this.#process,
        count: (fault) => faults.count(fault),
      },
      client.end,
    );
    for (const old of this.#wires) if (!old.open) this.#wires.delete(old);
    this.#wires.add(wire);
    this.#process.enter(() => open(inside, wire.end.asWebSocket));
    return wire;
  }

  /** It dies right now, or instead of doing the nth thing from now that anybody could see. */
  crash(beforeEffect = 0): void {
    if (beforeEffect === 0) this.#process.kill();
    else this.#process.killBefore(beforeEffect);
  }

  /** A death that was to come is called off. */
  spare(): void {
    this.#process.killBefore(Infinity);
  }

  /** It is stopped as an operator stops it, and starts again. */
  async stop(): Promise<void> {
    const inside = this.inside;
    const process = this.#process;
    if (inside === null || this.#stopping === process) return;
    this.#stopping = process;
    const error = new P2c2rError("coordinator.draining", "Cannot go on: the coordinator is stopping");
    inside.desk.drain();
    inside.desk.refuseAll(error);
    await inside.settle(this.nowMs + SETTLE_MS);
    const closed = Promise.all([inside.backends.closeAll(error), inside.workers.closeAll(error)]);
    inside.sweep.stop();
    inside.shell.stop();
    // As long as a real stop waits for sockets whose other end says nothing.
    await Promise.race([closed, new Promise<void>((late) => process.after(CLOSE_MS, late))]);
    await inside.bookkeeper.stop().catch((error: unknown) => {
      // A store that refuses to the last is an operator's trouble; the next start books what is left.
      if (!(error instanceof P2c2rError)) this.#parts.onBroken(error);
    });
    process.kill();
  }

  /** The whole process stands still. */
  freeze(forMs: number): void {
    this.#process.freeze(forMs);
    this.#frozenUntilMs = Math.max(this.#frozenUntilMs, this.#parts.agenda.nowMs + forMs);
    this.#parts.watch.facts.frozenUntilMs = this.#frozenUntilMs + this.#baseMs;
  }

  /** Somebody sets the machine's clock. */
  setClock(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** All connections break at once. */
  cutAll(): void {
    for (const wire of this.#wires) wire.cut();
  }

  #start(): void {
    const process = new Process(this.#parts.agenda);
    process.onDeath(() => this.#died());
    this.#process = process;
    this.#inside = null;
    this.#baseMs = EPOCH_MS + this.#wallOffsetMs;
    this.#parts.watch.restarted(this.#parts.books.records());
    const instance = `start-${this.#starts++}`;
    this.#assemble(process, instance).then(
      (inside) => this.#inside = inside,
      (error: unknown) => {
        if (error instanceof P2c2rError) process.kill();
        else this.#parts.onBroken(error);
      },
    );
  }

  #died(): void {
    this.cutAll();
    this.#past.clear();
    const { agenda, dice } = this.#parts;
    agenda.after(dice.between(RESTART_MS_MIN, RESTART_MS_MAX), () => this.#start());
  }

  #assemble(process: Process, instance: string): Promise<Assembly> {
    const { agenda, books, dice, faults, kernels, localSlots, scheduler, watch, onBroken } = this.#parts;
    const baseMs = this.#baseMs;
    const clock = {
      nowMs: () => baseMs + agenda.nowMs,
      after: (delayMs: number, wake: () => void) => process.after(delayMs, wake),
    };
    const broken = (error: unknown) => process.alive && onBroken(error);
    const ports = { agenda, dice, faults, process, weather: this.weather };
    return assemble({
      instance,
      kernels: kernels.map((kernel) => ({ kernel, signature: Uint8Array.of(1), files: new Map() })),
      compute: trustedCompute(ports, kernels),
      store: { ...storePort(ports, books), assets: noAssets },
      blobs: memoryBlobs(),
      localSlots,
      scheduler,
      limits: gatewayLimits,
      clock,
      wallMs: () => EPOCH_MS + this.#wallOffsetMs + Math.floor(agenda.nowMs),
      core: {
        step: (state, event, out) => {
          if (!process.alive) return;
          this.#state = state;
          watch.step(state, event, out);
          const again = this.#past.recall(state, event, dice, this.weather.repeatRate, faults);
          if (again !== undefined) watch.step(state, again, out);
        },
        nextWakeMs: (state) => watch.nextWakeMs(state),
      },
      fillRandom: (words) => {
        for (const at of words.keys()) words[at] = (BigInt(dice.bits()) << 32n) | BigInt(dice.bits());
      },
      turnEnd: (onBug) => (run) => {
        process.after(0, () => {
          try {
            run();
          } catch (error) {
            onBug(error);
          }
        });
      },
      log: (type, sentence) => type === "defect" && broken(new Error(sentence)),
      onBroken: broken,
    });
  }
}

const noAssets = {
  add: () => Promise.resolve(true),
  remove: () => Promise.resolve(false),
  list: () => Promise.resolve([]),
};
