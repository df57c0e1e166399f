// What backends ask for: tasks of all kinds while things go wrong, and a few plain ones once they do not.
import type { Agenda } from "./agenda.ts";
import type { Ask, Backend, Request } from "./backend.ts";
import type { Customer } from "./customer.ts";
import { assets, inputOf } from "./kernels.ts";
import type { Dice } from "./random.ts";
import { keep } from "./watch/mod.ts";

const PROBES = 12;
const PROBE_DEADLINE_MS = 1_000;
/** A probe's way there and back, and a tick. */
const PROBE_SLACK_MS = 100;
const REPEATED_INPUTS = 12;
/** Of the tasks, those that come over plain HTTP where somebody asks that way. */
const HTTP_SHARE = 0.2;

/** The tasks of one history. */
export class Load {
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  readonly #backends: readonly Backend[];
  readonly #customers: readonly Customer[];
  readonly #kernels: number;
  #nextInput = 1_000;

  constructor(
    agenda: Agenda,
    dice: Dice,
    backends: readonly Backend[],
    customers: readonly Customer[],
    kernels: number,
  ) {
    this.#agenda = agenda;
    this.#dice = dice;
    this.#backends = backends;
    this.#customers = customers;
    this.#kernels = kernels;
  }

  /** Asks at random moments, so many times a second, until then. */
  until(untilMs: number, perS: number): void {
    const delayMs = -Math.log(1 - this.#dice.draw()) * 1000 / perS;
    if (this.#agenda.nowMs + delayMs >= untilMs) return;
    this.#agenda.after(delayMs, () => {
      this.#ask();
      this.until(untilMs, perS);
    });
  }

  /** Plain tasks with plenty of time, spread over a span. */
  probe(spanMs: number): Request[] {
    const sent: Request[] = [];
    for (let no = 0; no < PROBES; no++) {
      this.#agenda.after(no * (spanMs - PROBE_DEADLINE_MS - PROBE_SLACK_MS) / PROBES, () => {
        const kernel = 1 + no % this.#kernels;
        const input = inputOf(this.#nextInput++);
        const plain = { priority: 0, always: false, exclude: [], idempotencyKey: null, assets: [] };
        const request = this.#backends[no % this.#backends.length]!
          .submit({ ...plain, kernel, input, deadlineMs: PROBE_DEADLINE_MS });
        keep(
          request !== null,
          "recovery",
          () => "a backend is not connected long after all faults have stopped",
        );
        sent.push(request);
      });
    }
    return sent;
  }

  /** Plain tasks with plenty of time are answered, and in time, once nothing goes wrong. */
  judge(probes: readonly Request[]): void {
    for (const { state, code, sentMs, endedMs } of probes) {
      keep(
        state === "answered",
        "recovery",
        () => `a plain task is ${state} (${code}) long after all faults`,
      );
      const tookMs = endedMs - sentMs;
      keep(tookMs <= PROBE_DEADLINE_MS + PROBE_SLACK_MS, "recovery", () => `a plain task took ${tookMs} ms`);
    }
  }

  #ask(): void {
    const dice = this.#dice;
    const backend = dice.pick(this.#backends);
    const no = dice.chance(0.25) ? dice.below(REPEATED_INPUTS) : this.#nextInput++;
    const kernel = 1 + dice.below(this.#kernels);
    if (this.#customers.length > 0 && dice.chance(HTTP_SHARE)) {
      return dice.pick(this.#customers).order(this.#drawn(no, kernel));
    }
    backend.submit(this.#drawn(no, kernel));
    if (dice.chance(0.05)) backend.withdraw();
    if (!dice.chance(0.15)) return;
    // The same task again: beside the first, or when it has been answered.
    for (let times = 1 + dice.below(3); times > 0; times--) {
      const other = dice.pick(this.#backends);
      this.#agenda.after(dice.pick([0, 2, 40, 200]), () => other.submit(this.#drawn(no, kernel)));
    }
  }

  #drawn(no: number, kernel: number): Ask {
    const dice = this.#dice;
    const input = inputOf(no);
    // The kernel refuses what starts with 255.
    if (no % 31 === 0) input[0] = 255;
    return {
      kernel,
      input,
      assets: no % 4 === 0 ? [assets[no % assets.length]!.digest] : [],
      deadlineMs: Math.ceil(dice.pick([8, 25, 60, 150, 400]) * dice.between(0.5, 1.5)),
      priority: dice.chance(0.2) ? dice.below(8) : 0,
      always: dice.chance(0.1),
      exclude: dice.chance(0.2) ? [dice.pick(["a1", "b2"])] : [],
      idempotencyKey: dice.chance(0.1) ? `key-${no}-${dice.below(2)}` : null,
    };
  }
}
