// Tasks that come over plain HTTP: one pseudo-session for all of them, one promise for each.
import { P2c2rError } from "../../protocol/mod.ts";
import type { GatewayLimits } from "./limits.ts";
import type { Answered, Client, Refused, TaskRequest, Ticket } from "./task.ts";
import type { TaskDesk } from "./task_desk.ts";

interface Caller {
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: P2c2rError) => void;
}

/** The callers over HTTP, as one client of the desk. */
export class HttpTasks implements Client {
  readonly no = 0;
  readonly #desk: TaskDesk;
  readonly #limits: GatewayLimits;
  readonly #callers = new Map<number, Caller>();
  readonly #perProject = new Map<string, number>();
  #nextRequest = 1;

  /** Nobody waits at first. */
  constructor(desk: TaskDesk, limits: GatewayLimits) {
    this.#desk = desk;
    this.#limits = limits;
  }

  /** Runs one task. A caller that aborts withdraws it. @throws P2c2rError whatever stands in the way */
  async run(request: TaskRequest, signal: AbortSignal): Promise<Answered> {
    const project = request.project.id;
    try {
      const before = this.#desk.repeated(request);
      if (before !== undefined) return before;
      this.#enter(project);
    } catch (error) {
      throw this.#counted(error);
    }
    try {
      return await this.#submit(request, signal);
    } finally {
      this.#leave(project);
    }
  }

  /** Hands a caller its answer. */
  answered({ requestNo }: Ticket, answer: Answered): void {
    this.#take(requestNo)?.resolve(answer);
  }

  /** Tells a caller why there is none. */
  refused({ requestNo }: Ticket, { code, message, hint, retryMs }: Refused): void {
    this.#take(requestNo)?.reject(new P2c2rError(code, message, { hint, retryMs: retryMs ?? undefined }));
  }

  async #submit(request: TaskRequest, signal: AbortSignal): Promise<Answered> {
    const requestNo = this.#nextRequest++;
    let ticket: Ticket;
    try {
      ticket = this.#desk.admit(this, requestNo, request);
    } catch (error) {
      throw this.#counted(error);
    }
    const answer = new Promise<Answered>((resolve, reject) => {
      this.#callers.set(requestNo, { resolve, reject });
    });
    const withdraw = (): void => {
      if (this.#callers.has(requestNo)) this.#desk.withdraw(ticket);
    };
    this.#desk.start(ticket);
    signal.addEventListener("abort", withdraw, { once: true });
    if (signal.aborted) withdraw();
    try {
      return await answer;
    } finally {
      signal.removeEventListener("abort", withdraw);
    }
  }

  #enter(project: string): void {
    const running = this.#perProject.get(project) ?? 0;
    if (running >= this.#limits.httpTasksPerProjectMax) {
      throw new P2c2rError(
        "rate.limited",
        `Cannot submit task: ${running} of the project run over HTTP now`,
        {
          retryMs: this.#limits.overloadRetryMs,
        },
      );
    }
    this.#perProject.set(project, running + 1);
  }

  #leave(project: string): void {
    const running = (this.#perProject.get(project) ?? 1) - 1;
    if (running === 0) this.#perProject.delete(project);
    else this.#perProject.set(project, running);
  }

  #counted(error: unknown): unknown {
    if (error instanceof P2c2rError) this.#desk.countRefusal(error.code);
    return error;
  }

  #take(requestNo: number): Caller | undefined {
    const caller = this.#callers.get(requestNo);
    this.#callers.delete(requestNo);
    return caller;
  }
}
