// The processes of a system under measurement: started, told what to do, read, and gone at the end.
import { Crew, type Member, type Report } from "../../tools/demo/crew.ts";
import type { Figures, Order } from "./order.ts";

/** What a process has used of a core so far, in microseconds. */
export function cpuUs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything, user and system time are fields 14 and 15; the kernel counts in 1/100 s.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Starts a Deno program of a system; resolves with its first report of a type. What it reports later goes to `onLater`. */
export async function startUntil(
  crew: Crew,
  name: string,
  args: readonly string[],
  type: string,
  onLater: (report: Report) => void = () => {},
): Promise<{ readonly member: Member; readonly report: Report }> {
  const first = Promise.withResolvers<Report>();
  const member = crew.start({
    name,
    args: ["--no-prompt", ...args],
    onReport: (report) => {
      if (report.type === type) first.resolve(report);
      else onLater(report);
    },
  });
  member.ended.then((code) =>
    first.reject(new Error(`${name} ended with code ${code}:\n${member.lastWords}`))
  );
  return { member, report: await first.promise };
}

/** How long behind its time an order's figures may come: a system that does not answer fails instead of hanging. */
const OVERDUE_MS = 30_000;

/** A load generator that takes one order at a time. */
export class Generator {
  readonly member: Member;
  #answer: PromiseWithResolvers<Figures> | undefined;

  private constructor(crew: Crew, name: string, args: readonly string[], ready: () => void) {
    this.member = crew.start({
      name,
      args: ["--no-prompt", ...args],
      onReport: (report) => {
        if (report.type === "ready") ready();
        if (report.type === "figures") this.#answer?.resolve(report["figures"] as Figures);
      },
    });
  }

  /** Starts one; resolves when it takes orders. */
  static async start(crew: Crew, name: string, args: readonly string[]): Promise<Generator> {
    const ready = Promise.withResolvers<void>();
    const generator = new Generator(crew, name, args, ready.resolve);
    const { member } = generator;
    member.ended.then((code) => {
      const error = new Error(`${name} ended with code ${code}:\n${member.lastWords}`);
      ready.reject(error);
      generator.#answer?.reject(error);
    });
    await ready.promise;
    return generator;
  }

  /** Ends it at once, whatever it is doing: nobody hears of that order any more. */
  abandon(): void {
    this.#answer = undefined;
    this.member.kill("SIGKILL");
  }

  /** Carries out an order. @throws Error where tasks of it are never answered, with the generator's last words */
  async run(order: Order): Promise<Figures> {
    const answer = Promise.withResolvers<Figures>();
    this.#answer = answer;
    const { name } = this.member;
    const overdue = setTimeout(() => {
      // Whoever abandoned it does not want to hear of it.
      if (this.#answer !== answer) return;
      answer.reject(
        new Error(`${name} has no figures, since some tasks have no end:\n${this.member.lastWords}`),
      );
    }, order.warmMs + order.measureMs + OVERDUE_MS);
    try {
      await this.member.tell(JSON.stringify(order));
      return await answer.promise;
    } finally {
      clearTimeout(overdue);
    }
  }
}

/** A server that is no Deno program; ended by a signal. */
export class Server implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts it and waits until it takes connections. @throws Deno.errors.NotFound where the program is not installed */
  static async start(program: string, args: readonly string[], port: number): Promise<Server> {
    const child = new Deno.Command(program, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const untilMs = performance.now() + 10_000;
    for (;;) {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return new Server(child);
      } catch (error) {
        if (!(error instanceof Deno.errors.ConnectionRefused) || performance.now() > untilMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  get pid(): number {
    return this.#child.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
