// The machine the coordinator runs on: starts the whole of it over fake ports, kills it, and starts it again on what it wrote.
import type { Kernel } from "../../coordinator/ports.ts";
import type { Effect, Event, SchedulerConfig, State } from "../../coordinator/scheduler/mod.ts";
import { P2c2rError, subprotocol } from "../../protocol/mod.ts";
import type { Agenda } from "./agenda.ts";
import type { MemoryBooks } from "./books.ts";
import { type Running, startCoordinator, UPGRADED } from "./coordinator_process.ts";
import { Exchange, type HttpClient } from "./exchange.ts";
import type { FaultCounts } from "./faults.ts";
import { type ClientEnd, Wire } from "./network.ts";
import { Past } from "./past.ts";
import { Process } from "./process.ts";
import type { Dice } from "./random.ts";
import { fairWeather } from "./weather.ts";
import type { Watch } from "./watch/mod.ts";

/** Where the coordinator's clock stands at the start, in epoch milliseconds. */
const EPOCH_MS = 1_000_000_000;
const RESTART_MS_MIN = 20;
const RESTART_MS_MAX = 400;
/** How long a stop waits for what can still be proven right. */
const SETTLE_MS = 200;
const CLOSE_MS = 300;
/** Where it is reached. */
export const COORDINATOR = new URL("http://coordinator");

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
  readonly #exchanges = new Set<Exchange>();
  /** Requests that ask for a socket, and the socket they get. */
  readonly #upgrades = new WeakMap<Request, Wire>();
  #process: Process;
  #running: Running | null = null;
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

  /** How many processes there have been. */
  get starts(): number {
    return this.#starts;
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

  /** `fetch` as a client has it. */
  fetcher(client: HttpClient): typeof fetch {
    return (input, init = {}) => {
      const running = this.#listening();
      const { agenda, dice, faults } = this.#parts;
      if (running === null) return Promise.reject(new TypeError("nothing listens"));
      const exchange = new Exchange(
        {
          agenda,
          dice,
          client,
          server: this.#process,
          handle: running.answer,
          count: (fault) => faults.count(fault),
        },
        new URL(`${input}`),
        init,
      );
      for (const old of this.#exchanges) if (!old.open) this.#exchanges.delete(old);
      this.#exchanges.add(exchange);
      return exchange.answer;
    };
  }

  /** Opens a connection; null when nothing listens there. `refused` hears why there is none after all. */
  connect(
    client: HttpClient & { readonly end: ClientEnd },
    asked: { readonly path: string; readonly token: string; readonly session: string | null },
    opened: () => void,
    refused: (status: number, body: Uint8Array) => void,
  ): Wire | null {
    const running = this.#listening();
    const { agenda, dice, faults } = this.#parts;
    if (running === null || client.path.blockedUntilMs > agenda.nowMs) return null;
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
    const address = new URL(asked.path, COORDINATOR);
    if (asked.session !== null) address.searchParams.set("session", asked.session);
    const request = new Request(address, {
      headers: {
        authorization: `Bearer ${asked.token}`,
        upgrade: "websocket",
        "sec-websocket-protocol": subprotocol,
      },
    });
    this.#upgrades.set(request, wire);
    wire.handshake(async () => {
      const response = await running.answer(request, client.address);
      if (response.status === UPGRADED) return wire.accept(opened);
      const body = new Uint8Array(await response.arrayBuffer());
      wire.refuse(() => refused(response.status, body));
    });
    return wire;
  }

  #listening(): Running | null {
    return this.#process.alive ? this.#running : null;
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
    const inside = this.#listening()?.inside;
    const process = this.#process;
    if (inside === undefined || this.#stopping === process) return;
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
    for (const exchange of this.#exchanges) exchange.cut();
  }

  #start(): void {
    const process = new Process(this.#parts.agenda);
    process.onDeath(() => this.#died());
    this.#process = process;
    this.#running = null;
    this.#baseMs = EPOCH_MS + this.#wallOffsetMs;
    this.#parts.watch.restarted(this.#parts.books.records());
    const instance = `start-${this.#starts++}`;
    startCoordinator({
      ...this.#parts,
      process,
      instance,
      baseMs: this.#baseMs,
      weather: this.weather,
      wallMs: () => EPOCH_MS + this.#wallOffsetMs + Math.floor(this.#parts.agenda.nowMs),
      upgrade: (request) => this.#upgrades.get(request)!.end.asWebSocket,
      isStopping: () => this.#stopping === process,
      step: (state, event, out) => this.#step(process, state, event, out),
    }).then(
      (running) => {
        if (this.#process === process) this.#running = running;
      },
      (error: unknown) => {
        if (error instanceof P2c2rError) process.kill();
        else this.#parts.onBroken(error);
      },
    );
  }

  #step(process: Process, state: State, event: Event, out: Effect[]): void {
    if (!process.alive) return;
    const { dice, faults, watch } = this.#parts;
    this.#state = state;
    watch.step(state, event, out);
    const again = this.#past.recall(state, event, dice, this.weather.repeatRate, faults);
    if (again !== undefined) watch.step(state, again, out);
  }

  #died(): void {
    this.cutAll();
    this.#past.clear();
    const { agenda, dice } = this.#parts;
    agenda.after(dice.between(RESTART_MS_MIN, RESTART_MS_MAX), () => this.#start());
  }
}
