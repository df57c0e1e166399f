// Where tasks come in and answers go out, whatever way they came: admission before the core, one end for each task after it.
import { type Code, codes, limits, P2c2rError } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import { FuelBounds } from "../scheduler/fuel_bounds.ts";
import type { BackendEffect, Shell } from "../scheduler/shell.ts";
import { ByteBudget } from "./byte_budget.ts";
import { IdempotencyMemory } from "./idempotency.ts";
import { identityOf } from "./identity.ts";
import type { GatewayLimits } from "./limits.ts";
import { Sources } from "./sources.ts";
import type { Answered, Client, TaskRequest, Ticket } from "./task.ts";

/** What the desk needs of the ledger. */
export interface Purse {
  readonly state: "well" | "failing" | "full";
  reserve(project: string, microCredits: number): boolean;
  release(project: string, microCredits: number): void;
}

/** What the desk needs from the rest of the coordinator. */
export interface TaskDeskParts {
  readonly shell: Pick<Shell<unknown>, "raise" | "nowMs">;
  readonly purse: Purse;
  /** The size of an asset that a project has uploaded. */
  readonly assetBytes: (project: string, digest: string) => number | undefined;
  readonly priceOf: (kernel: Kernel, fuel: number) => number;
  readonly limits: GatewayLimits;
}

/** Counts since the start. */
export interface DeskCounters {
  submitted: number;
  answered: number;
  deadlineMet: number;
  repeated: number;
  readonly refused: Partial<Record<Code, number>>;
}

const FUEL_PER_PRICE = 1e6;
/** What a task is taken to cost of a kernel and size that nobody has had an answer for: some milliseconds of work. */
const FUEL_GUESS = 10_000_000;

/** Admits tasks, remembers who waits for them, and hands each its one answer or refusal. */
export class TaskDesk {
  readonly counters: DeskCounters = { submitted: 0, answered: 0, deadlineMet: 0, repeated: 0, refused: {} };
  readonly #parts: TaskDeskParts;
  readonly #tickets = new Map<number, Ticket>();
  readonly #inputs = new ByteBudget(limits.queuedBytesMax);
  readonly #memory: IdempotencyMemory;
  readonly #sources = new Sources();
  /** What answers cost, by kernel number and size. */
  readonly #costs = new Map<number, FuelBounds>();
  #nextTask = 1;
  #draining = false;
  #idle: (() => void) | null = null;

  /** Opens for business. */
  constructor(parts: TaskDeskParts) {
    this.#parts = parts;
    this.#memory = new IdempotencyMemory(parts.limits);
  }

  /** Tasks that have not ended. */
  get inFlight(): number {
    return this.#tickets.size;
  }

  /** Bytes of their inputs. */
  get inputBytes(): number {
    return this.#inputs.taken;
  }

  /**
   * The answer an earlier submission with the same idempotency key got.
   *
   * @throws P2c2rError `request.invalid` when the key stood for another task
   */
  repeated(request: TaskRequest): Answered | undefined {
    if (request.idempotencyKey === null) return undefined;
    const { project, idempotencyKey } = request;
    const identity = identityOfRequest(request);
    const task = { project: project.id, idempotencyKey, identity };
    const answer = this.#memory.find(task, this.#parts.shell.nowMs());
    if (answer !== undefined) this.counters.repeated++;
    return answer;
  }

  /** Takes a task in, or says why not. `start` must follow once the client knows the ticket. @throws P2c2rError */
  admit(client: Client, requestNo: number, request: TaskRequest): Ticket {
    this.#refuseUnfit(request);
    const { kernel, input, project } = request;
    const reserved = this.#parts.priceOf(kernel, this.#expectedFuel(request));
    if (!this.#parts.purse.reserve(project.id, reserved)) {
      throw new P2c2rError("task.balance", `Cannot submit task: it costs up to ${reserved} micro-credits`);
    }
    this.#inputs.take(input.length);
    const identity = identityOfRequest(request);
    const ticket = { task: this.#nextTask++, client, requestNo, request, identity, reserved };
    this.#tickets.set(ticket.task, ticket);
    this.counters.submitted++;
    return ticket;
  }

  /** Hands an admitted task to the core. Its end may come before this returns. */
  start({ task, client, requestNo, request, identity }: Ticket): void {
    const { kernel, project, input, assets, priority, verify, exclude } = request;
    const nowMs = this.#parts.shell.nowMs();
    this.#parts.shell.raise({
      type: "submitted",
      nowMs,
      spec: {
        task,
        project: project.no,
        backend: client.no,
        request: requestNo,
        kernel: kernel.no,
        input,
        assets,
        fuelLimit: fuelLimitOf(request),
        identity,
        dueMs: nowMs + request.deadlineMs,
        priority,
        verify,
        weight: project.weight,
        exclude,
      },
    });
  }

  /** The client does not want the answer any more; a refusal or an answer still follows. */
  withdraw({ task }: Ticket): void {
    this.#parts.shell.raise({ type: "withdrawn", nowMs: this.#parts.shell.nowMs(), task });
  }

  /** Nobody waits for these any more: they end here, without a word. */
  abandon(tickets: Iterable<Ticket>): void {
    for (const ticket of tickets) this.#close(ticket);
  }

  /** Takes what the core says about a task. Revocations only clear what is remembered here. */
  toBackend(effect: BackendEffect): void {
    if (effect.type === "revoke") return this.#memory.revoke(effect.backend, effect.request);
    const ticket = this.#tickets.get(effect.task);
    if (ticket === undefined) return;
    this.#close(ticket);
    if (effect.type === "reply") return this.#answer(ticket, effect);
    this.#refuse(ticket, effect.code, effect.message, effect.retryMs, effect.attempts);
  }

  /** Admits nothing more. */
  drain(): void {
    this.#draining = true;
  }

  /** Resolves when no task is in flight. */
  idle(): Promise<void> {
    if (this.#tickets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle = resolve);
  }

  /** Ends everything still in flight with a code. */
  refuseAll(error: P2c2rError): void {
    for (const ticket of [...this.#tickets.values()]) {
      this.#close(ticket);
      this.#refuse(ticket, error.code, error.message, error.retryMs ?? null, 0);
    }
  }

  /** Counts a task that was not admitted. */
  countRefusal(code: Code): void {
    this.counters.refused[code] = (this.counters.refused[code] ?? 0) + 1;
  }

  #refuseUnfit({ kernel, input, assets, project }: TaskRequest): void {
    const { overloadRetryMs } = this.#parts.limits;
    if (this.#draining) {
      throw new P2c2rError("coordinator.draining", "Cannot submit task: the coordinator is stopping");
    }
    const inputBytesMax = Math.min(kernel.inputBytesMax, limits.inputBytesMax);
    if (input.length > inputBytesMax) {
      throw new P2c2rError(
        "task.too_large",
        `Cannot submit task: input is ${input.length} bytes, limit is ${inputBytesMax}`,
      );
    }
    if (assets.length > kernel.assetsMax) {
      throw new P2c2rError(
        "task.too_large",
        `Cannot submit task: it names ${assets.length} assets, limit is ${kernel.assetsMax}`,
      );
    }
    for (const digest of assets) {
      const bytes = this.#parts.assetBytes(project.id, digest);
      if (bytes === undefined) {
        throw new P2c2rError("task.asset_unknown", `Cannot submit task: asset ${digest} is not uploaded`);
      }
      if (bytes > kernel.assetBytesMax) {
        throw new P2c2rError(
          "task.too_large",
          `Cannot submit task: asset ${digest} is ${bytes} bytes, limit is ${kernel.assetBytesMax}`,
        );
      }
    }
    const full = this.#tickets.size >= limits.queuedTasksMax || !this.#inputs.fits(input.length);
    if (!full && this.#parts.purse.state !== "full") return;
    throw new P2c2rError("task.overload", "Cannot submit task: the coordinator is full", {
      retryMs: overloadRetryMs,
    });
  }

  /** What tasks of this kernel and size cost at most lately; a guess while nothing is known. Never above the limit. */
  #expectedFuel(request: TaskRequest): number {
    const limit = fuelLimitOf(request);
    const seen = this.#costs.get(request.kernel.no)?.at(request.input.length);
    return Math.min(seen ?? FUEL_GUESS, limit);
  }

  #learn({ kernel, input }: TaskRequest, fuel: number): void {
    const costs = this.#costs.get(kernel.no) ?? new FuelBounds();
    this.#costs.set(kernel.no, costs);
    costs.add(input.length, fuel);
  }

  #answer(ticket: Ticket, effect: BackendEffect & { type: "reply" }): void {
    const { request, client, requestNo, identity } = ticket;
    const { output, tier, verified, worker, attempts, fuel, latencyMs } = effect;
    const price = verified === "cached" ? 0 : fuel * request.kernel.price / FUEL_PER_PRICE;
    this.#learn(request, fuel);
    const source = this.#sources.of(request.project.id, worker);
    const answer = { output, tier, verified, attempts, fuel, latencyMs, price, source };
    this.counters.answered++;
    if (latencyMs <= request.deadlineMs) this.counters.deadlineMet++;
    if (request.idempotencyKey !== null) {
      const task = {
        project: request.project.id,
        idempotencyKey: request.idempotencyKey,
        identity,
        backend: client.no,
        request: requestNo,
      };
      this.#memory.keep(task, answer, this.#parts.shell.nowMs());
    }
    client.answered(ticket, answer);
  }

  #refuse(ticket: Ticket, code: Code, message: string, retryMs: number | null, attempts: number): void {
    this.countRefusal(code);
    ticket.client.refused(ticket, { code, message, hint: codes[code].hint, retryMs, attempts });
  }

  #close(ticket: Ticket): void {
    if (!this.#tickets.delete(ticket.task)) return;
    this.#inputs.give(ticket.request.input.length);
    this.#parts.purse.release(ticket.request.project.id, ticket.reserved);
    if (this.#tickets.size > 0 || this.#idle === null) return;
    this.#idle();
    this.#idle = null;
  }
}

/** The most a task may use: what was asked for, never more than its kernel allows. */
function fuelLimitOf({ fuelLimit, kernel }: TaskRequest): number {
  return Math.min(fuelLimit ?? kernel.fuelMax, kernel.fuelMax);
}

/** A limit that is the kernel's own adds nothing to what the task is. */
function identityOfRequest(request: TaskRequest): string {
  const { project, kernel, assets, input } = request;
  const limit = fuelLimitOf(request);
  return identityOf(project.no, kernel.digest, assets, input, limit === kernel.fuelMax ? null : limit);
}
