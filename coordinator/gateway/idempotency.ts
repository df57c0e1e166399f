// Answers remembered by the caller's own key, so that a repeated submission is answered once and paid once.
import { Fifo, P2c2rError } from "../../protocol/mod.ts";
import type { GatewayLimits } from "./limits.ts";
import type { Answered } from "./task.ts";

/** Who submitted what under a key. */
export interface KeyedTask {
  readonly project: string;
  readonly idempotencyKey: string;
  readonly identity: string;
  /** The session it came over and its number there: what a revocation names. */
  readonly backend: number;
  readonly request: number;
}

interface Remembered {
  readonly task: KeyedTask;
  readonly answer: Answered;
  readonly untilMs: number;
}

/** Bounded by number, bytes and time; the oldest go first. */
export class IdempotencyMemory {
  readonly #limits: GatewayLimits;
  readonly #remembered = new Map<string, Remembered>();
  /** Forgotten ones included, until their turn comes. */
  readonly #byAge = new Fifo<Remembered>();
  readonly #byRequest = new Map<string, string>();
  #bytes = 0;

  /** Remembers nothing yet. */
  constructor(limits: GatewayLimits) {
    this.#limits = limits;
  }

  /**
   * The answer that was given to this key before, if it is still remembered.
   *
   * @throws P2c2rError `request.invalid` when the key stood for another task
   */
  find(task: Omit<KeyedTask, "backend" | "request">, nowMs: number): Answered | undefined {
    const name = nameOf(task.project, task.idempotencyKey);
    const found = this.#remembered.get(name);
    if (found === undefined) return undefined;
    if (found.untilMs <= nowMs) {
      this.#forget(name, found);
      return undefined;
    }
    if (found.task.identity === task.identity) return found.answer;
    throw new P2c2rError(
      "request.invalid",
      "Cannot submit task: its idempotency key was used for another task",
      { hint: "Use a new idempotency key for each task." },
    );
  }

  /** Remembers an answer for as long as there is room and time. */
  keep(task: KeyedTask, answer: Answered, nowMs: number): void {
    const { idempotencyBytesMax, idempotencyKeysMax, idempotencyMs } = this.#limits;
    if (answer.output.length > idempotencyBytesMax) return;
    const name = nameOf(task.project, task.idempotencyKey);
    const before = this.#remembered.get(name);
    if (before !== undefined) this.#forget(name, before);
    const entry = { task, answer, untilMs: nowMs + idempotencyMs };
    this.#remembered.set(name, entry);
    this.#byAge.push(entry);
    this.#byRequest.set(requestName(task.backend, task.request), name);
    this.#bytes += answer.output.length;
    for (let oldest = this.#byAge.peek(); oldest !== undefined; oldest = this.#byAge.peek()) {
      const full = this.#byAge.length > idempotencyKeysMax || this.#bytes > idempotencyBytesMax;
      if (!full && oldest.untilMs > nowMs) break;
      this.#byAge.shift();
      const { project, idempotencyKey } = oldest.task;
      const oldestName = nameOf(project, idempotencyKey);
      if (this.#remembered.get(oldestName) === oldest) this.#forget(oldestName, oldest);
    }
  }

  /** Forgets an answer that was taken back. */
  revoke(backend: number, request: number): void {
    const name = this.#byRequest.get(requestName(backend, request));
    const found = name === undefined ? undefined : this.#remembered.get(name);
    if (name !== undefined && found !== undefined) this.#forget(name, found);
  }

  #forget(name: string, { task, answer }: Remembered): void {
    this.#remembered.delete(name);
    this.#byRequest.delete(requestName(task.backend, task.request));
    this.#bytes -= answer.output.length;
  }
}

function nameOf(project: string, key: string): string {
  return `${project}\n${key}`;
}

function requestName(backend: number, request: number): string {
  return `${backend}:${request}`;
}
