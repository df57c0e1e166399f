// One history, drawn from one seed: the whole coordinator over fake ports, helpers and backends around it, faults, then calm.
import { createHash } from "node:crypto";
import { setImmediate } from "node:timers";
import { transactionsOf } from "../../coordinator/ledger/mod.ts";
import type { Effect, Event } from "../../coordinator/scheduler/mod.ts";
import { Agenda } from "./agenda.ts";
import { Backend } from "./backend.ts";
import { MemoryBooks } from "./books.ts";
import { type Cast, drawCast, invite } from "./cast.ts";
import { unleash } from "./chaos.ts";
import { Customer } from "./customer.ts";
import { Digest } from "./digest.ts";
import { FaultCounts, type FaultKind } from "./faults.ts";
import { Helper } from "./helper_machine.ts";
import { Host } from "./host.ts";
import { hastenCrypto } from "./instant_crypto.ts";
import { trustedRecord } from "./kernels.ts";
import { Load } from "./load.ts";
import { Dice } from "./random.ts";
import { Stranger } from "./stranger.ts";
import { keep, Violation, Watch } from "./watch/mod.ts";

/** What came of a seed. */
export interface SeedReport {
  readonly seed: number;
  /** Events of the core. */
  readonly events: number;
  /** Everything that happened, to anybody. */
  readonly acts: number;
  /** Of all events, their effects, and what was left at the end. */
  readonly hash: string;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** The broken promise, if one was. */
  readonly violation: { readonly rule: string; readonly text: string; readonly atMs: number } | null;
}

/** How long faults last, how long everything then has to come up again, and how long to come to its end. */
const CHAOS_MS_MIN = 2_000;
const CHAOS_MS_MAX = 5_000;
const RECOVERY_MS = 5_500;
const PROBES_MS = 2_600;
const SETTLING_MS = 4_000;
const STOPPING_MS = 1_500;
const DEPOSIT = 1_000_000_000;
const KEY_PREFIX_LENGTH = 8;

/** Runs one history. */
export async function simulate(seed: number): Promise<SeedReport> {
  hastenCrypto();
  const history = new History(seed);
  const violation = await history.run();
  const { events, acts, hash, faults: { byKind: faults } } = history;
  return { seed, events, acts, hash, faults, violation };
}

class History {
  readonly faults = new FaultCounts();
  events = 0;
  readonly #agenda = new Agenda();
  readonly #books = new MemoryBooks();
  readonly #digest = new Digest();
  readonly #cast: Cast;
  readonly #host: Host;
  readonly #dice: Dice;
  readonly #watch = new Watch((event, effects) => this.#saw(event, effects));
  #helpers: readonly Helper[] = [];
  #backends: readonly Backend[] = [];
  #customers: readonly Customer[] = [];
  #broken: unknown = null;

  constructor(seed: number) {
    this.#dice = new Dice(seed * 2_654_435_761);
    this.#cast = drawCast(this.#dice.fork());
    const { kernels, localSlots, scheduler, localMs } = this.#cast;
    this.#prepare();
    this.#host = new Host({
      agenda: this.#agenda,
      dice: this.#dice.fork(),
      faults: this.faults,
      watch: this.#watch,
      kernels,
      localSlots,
      scheduler,
      books: this.#books,
      onBroken: (error) => this.#broken ??= error,
    });
    this.#host.weather.localMs = localMs;
  }

  get acts(): number {
    return this.#agenda.acts;
  }

  get hash(): string {
    return this.#digest.hex;
  }

  /** Plays it to its end, or to the first broken promise. */
  async run(): Promise<SeedReport["violation"]> {
    // What nobody waits for and fails is as much a defect as what is thrown.
    const unhandled = (event: PromiseRejectionEvent) => {
      event.preventDefault();
      this.#broken ??= event.reason;
    };
    addEventListener("unhandledrejection", unhandled);
    try {
      await this.#play();
      return null;
    } catch (error) {
      const rule = error instanceof Violation ? error.rule : "defect";
      const text = error instanceof Error
        ? (error instanceof Violation ? error.message : `${error.stack}`)
        : `${error}`;
      return { rule, text, atMs: this.#agenda.nowMs };
    } finally {
      removeEventListener("unhandledrejection", unhandled);
      this.#host.process.onDeath(() => {});
      this.#host.crash();
    }
  }

  async #play(): Promise<void> {
    const agenda = this.#agenda;
    const host = this.#host;
    const { kernels, tasksPerS, helpers, backends, customers } = this.#cast;
    const parts = { agenda, faults: this.faults, host, kernels };
    this.#backends = backends.map((each) => new Backend({ ...parts, dice: this.#dice.fork(), ...each }));
    this.#customers = customers.map((each) => new Customer({ ...parts, dice: this.#dice.fork(), ...each }));
    this.#helpers = helpers.map((traits) => new Helper(traits, { ...parts, dice: this.#dice.fork() }));
    const chaosMs = this.#dice.between(CHAOS_MS_MIN, CHAOS_MS_MAX);
    unleash({
      ...parts,
      dice: this.#dice.fork(),
      helpers: this.#helpers,
      backends: this.#backends,
      customers: this.#customers,
      stranger: new Stranger({ ...parts, dice: this.#dice.fork() }),
      untilMs: chaosMs,
    });
    const load = new Load(agenda, this.#dice.fork(), this.#backends, this.#customers, kernels.length);
    load.until(chaosMs, tasksPerS);
    await this.#until(chaosMs + RECOVERY_MS);
    const probes = load.probe(PROBES_MS);
    await this.#until(agenda.nowMs + PROBES_MS);
    load.judge(probes);
    await this.#until(agenda.nowMs + SETTLING_MS);
    await this.#end();
  }

  /** Everything that was set in motion has ended; then the books are closed. */
  async #end(): Promise<void> {
    const { state } = this.#host;
    keep(state !== null, "recovery", () => "the coordinator did not come up again");
    this.#watch.finished(state, this.#host.nowMs);
    const unheard = this.#customers.reduce((sum, { open }) => sum + open, 0);
    keep(unheard === 0, "drains", () => `${unheard} requests over HTTP have no end`);
    for (const count of Object.values(state.counters)) this.#digest.number(count);
    let stopped = false;
    this.#host.stop().then(() => stopped = true, (error: unknown) => this.#broken ??= error);
    this.#host.process.onDeath(() => {});
    await this.#until(this.#agenda.nowMs + STOPPING_MS);
    keep(stopped, "recovery", () => "the coordinator does not stop");
    keep(this.#books.sum === 0, "books", () => `the ledger sums to ${this.#books.sum}`);
    // What is granted and what is refused are rounded down, each for itself: less than one micro-credit per worker and payer.
    const pending = this.#books.total("pending");
    const most = 2 * this.#cast.helpers.length;
    keep(pending >= 0 && pending <= most, "books", () => `${pending} is pending for ever`);
    for (const kind of ["operator", "project", "granted", "refused"]) {
      this.#digest.number(this.#books.total(kind));
    }
  }

  async #until(untilMs: number): Promise<void> {
    while (this.#agenda.next(untilMs)) {
      // What an act set off in promises comes to its end before the next act.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (this.#broken !== null) throw this.#broken;
    }
    this.#agenda.nowMs = untilMs;
  }

  #prepare(): void {
    const { kernels, helpers, projects } = this.#cast;
    const amounts = new Map([...projects.keys()].map((project) => [project, DEPOSIT]));
    const deposit = { reason: "deposit", fuel: new Map<string, number>(), amounts } as const;
    for (const transaction of transactionsOf([deposit], "first", "start", 0)) {
      void this.#books.ledger.post(transaction);
    }
    const { kernels: trust } = trustedRecord(kernels.slice(0, 2), 25);
    this.#register();
    const changes = helpers.filter(({ trusted }) => trusted).map(({ identity }) => ({
      worker: identity.worker,
      standing: null,
      trust,
    }));
    void this.#books.workers.save(changes);
  }

  /** Projects, the keys of who asks for them, and an invite. */
  #register(): void {
    const { projects, backends, customers } = this.#cast;
    const { registry } = this.#books;
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    for (const [id, weight] of projects) {
      void registry.projects.create({ id, name: id, createdMs: 1, weight });
    }
    for (const { project, apiKey } of [...backends, ...customers]) {
      const prefix = apiKey.slice("p2c2r_".length).slice(0, KEY_PREFIX_LENGTH);
      void registry.projects.addKey({ hash: hash(apiKey), prefix, project, createdMs: 1 });
    }
    const { id, token } = invite;
    const rest = { name: "club", tier: "peer", createdMs: 1, expiresMs: null, usesMax: null } as const;
    void registry.invites.create({ id, hash: hash(token), ...rest });
  }

  #saw(event: Event, effects: readonly Effect[]): void {
    this.events++;
    const digest = this.#digest;
    digest.text(event.type);
    digest.number(event.nowMs);
    for (const effect of effects) {
      digest.text(effect.type);
      if ("attempt" in effect) digest.number(effect.attempt);
      if ("fuel" in effect) digest.number(effect.fuel);
      if ("task" in effect) digest.number(effect.task);
      if (effect.type === "reply") digest.bytes(effect.output);
    }
  }
}
