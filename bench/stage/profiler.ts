// The CPU profile of another Deno process, through its inspector (Chrome DevTools protocol, Profiler domain:
// chromedevtools.github.io/devtools-protocol/v8/Profiler).
import { root } from "../../tools/demo/cast.ts";
import { toFileUrl } from "../../tools/temp_folder.ts";

/** Time that was spent in one function itself, not in what it called. */
export interface SelfTime {
  /** Its name and where it stands, from the root of the project; V8's own words for collection, idling and native code. */
  readonly name: string;
  readonly file: string;
  readonly us: number;
}

/** A stretch of a process's time. */
export interface Profile {
  readonly totalUs: number;
  /** What the inspector itself cost: absent without it, and left out of `functions`. */
  readonly inspectorUs: number;
  /** Largest first; `(idle)` is left out. */
  readonly functions: readonly SelfTime[];
}

/** As the inspector gives it. */
export interface RawProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
    };
  }[];
  readonly startTime: number;
  readonly endTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const sampleUs = 200;
const waitMsMax = 10_000;

/** An inspector that listens on a port of this machine. */
export class Profiler {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id, result, error } = JSON.parse(String(data)) as {
        readonly id?: number;
        readonly result?: unknown;
        readonly error?: { readonly message: string };
      };
      const answer = this.#answers.get(id ?? -1);
      if (error !== undefined) answer?.reject(new Error(error.message));
      else answer?.resolve(result);
    };
  }

  /** Connects to the process's only target, and waits until there is one. */
  static async open(port: number): Promise<Profiler> {
    const socket = new WebSocket(await targetOf(port));
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const profiler = new Profiler(socket);
    await profiler.#ask("Profiler.enable");
    await profiler.#ask("Profiler.setSamplingInterval", { interval: sampleUs });
    return profiler;
  }

  /** Looks while `work` is going on. */
  async during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly profile: Profile }> {
    await this.#ask("Profiler.start");
    const result = await work();
    const { profile } = await this.#ask("Profiler.stop") as { readonly profile: RawProfile };
    return { result, profile: summed(profile) };
  }

  close(): void {
    this.#socket.close();
  }

  async #ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#asked;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    try {
      return await answer.promise;
    } finally {
      this.#answers.delete(id);
    }
  }
}

async function targetOf(port: number): Promise<string> {
  const untilMs = performance.now() + waitMsMax;
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/json`);
      const [target] = await response.json() as { readonly webSocketDebuggerUrl: string }[];
      if (target !== undefined) return target.webSocketDebuggerUrl;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Self times by function. */
export function summed({ nodes, samples, timeDeltas, startTime, endTime }: RawProfile): Profile {
  const usOf = new Map<number, number>();
  for (const [at, id] of samples.entries()) usOf.set(id, (usOf.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  const functions = new Map<string, { name: string; file: string; us: number }>();
  const rootUrl = toFileUrl(root);
  let inspectorUs = 0;
  for (const { id, callFrame: { functionName, url, lineNumber } } of nodes) {
    if (functionName === "(idle)") continue;
    const file = url.startsWith(rootUrl) ? url.slice(rootUrl.length) : shortened(url);
    if (/inspector/.test(file + functionName)) {
      inspectorUs += usOf.get(id) ?? 0;
      continue;
    }
    const name = functionName === "" ? `(anonymous, line ${lineNumber + 1})` : functionName;
    const key = `${name} ${url}:${lineNumber}`;
    const known = functions.get(key) ?? { name, file, us: 0 };
    known.us += usOf.get(id) ?? 0;
    functions.set(key, known);
  }
  const sorted = [...functions.values()].sort((a, b) => b.us - a.us);
  return { totalUs: endTime - startTime, inspectorUs, functions: sorted };
}

/** A package by its name, the runtime's own modules as they are called. */
function shortened(url: string): string {
  const [, inPackage] = /\/npm\/[^/]+\/(.+)$/.exec(url) ?? [];
  return inPackage ?? url;
}
