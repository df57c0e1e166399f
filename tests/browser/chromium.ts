// A headless Chromium and one page in it, by Chrome's own protocol over a WebSocket: what a test of the browser needs.
// Page modules are files of this repository, see files.ts.
import { withTempFolder } from "../../tools/temp_folder.ts";
import { type FileServer, serveFiles } from "./files.ts";

/** The program, or undefined where there is none: such tests are ignored, by a name that ends in "(needs Chromium)". */
export const chromium: string | undefined = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(exists);

/** A page that shows nothing and has this repository's modules at hand. */
export interface Page {
  /**
   * Calls an exported function of a module, given by its path from the root, with values that JSON can carry.
   * Rejects with the page's own error and its stack.
   */
  call(module: string, name: string, ...args: readonly unknown[]): Promise<unknown>;
  /** The browser's own process. */
  readonly pid: number;
  /** Paths that the page asked for and that are no files of this repository. */
  readonly strange: readonly string[];
}

/** Longest time until the browser listens, and how often it is started: one start in hundreds hangs. */
const START_MS_MAX = 30_000;
const STARTS_MAX = 3;
/** Longest time until the browser has ended after it was asked to. */
const END_MS_MAX = 5_000;
/** How much of what it said is kept to tell why it did not start. */
const SAID_CHARACTERS_MAX = 2_000;

/** What keeps it from talking to anybody but us, and from asking for what a container lacks. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--remote-debugging-port=0",
];

/** Starts Chromium, gives `work` a page, and ends it whatever `work` does. */
export async function withPage(
  work: (page: Page) => Promise<void>,
  options: { readonly flags?: readonly string[] } = {},
): Promise<void> {
  const program = chromium;
  if (program === undefined) throw new Error("Bug: a test without Chromium has to be ignored");
  const files = serveFiles();
  try {
    await withTempFolder(async (folder) => {
      const { browser, address, ended } = await startBrowser(program, folder, options.flags ?? []);
      try {
        const wire = await Wire.open(address);
        try {
          await work(await openPage(wire, files, browser.pid));
        } finally {
          await wire.end();
        }
      } finally {
        // One that ended as asked has tidied up behind itself; the signal is for one that has not.
        await gone(browser, ended, END_MS_MAX);
      }
    });
  } finally {
    await files.close();
  }
}

/** Starts the browser; one that does not listen in time is ended, and another one started. */
async function startBrowser(program: string, folder: string, flags: readonly string[]) {
  for (let start = 1;; start++) {
    const browser = new Deno.Command(program, {
      args: [...FLAGS, ...flags, `--user-data-dir=${folder}/profile-${start}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const { address, ended } = hear(browser);
    try {
      return { browser, address: await address, ended };
    } catch (error) {
      await gone(browser, ended, 0);
      if (start === STARTS_MAX) throw error;
    }
  }
}

/** Waits for its end, and helps after a time. */
async function gone(browser: Deno.ChildProcess, ended: Promise<void>, killMs: number): Promise<void> {
  const killing = setTimeout(() => browser.kill("SIGKILL"), killMs);
  await Promise.all([browser.status, ended]);
  clearTimeout(killing);
}

async function openPage(wire: Wire, files: FileServer, pid: number): Promise<Page> {
  const { targetId } = await wire.ask("Target.createTarget", { url: files.address });
  const { sessionId } = await wire.ask("Target.attachToTarget", { targetId, flatten: true });
  const evaluate = (expression: string) =>
    wire.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, `${sessionId}`);
  // Attached before the page has loaded; what is evaluated too early belongs to the blank page before it.
  while ((await evaluate("location.href + document.readyState"))["result"] === undefined);
  const loaded = `new Promise((done) => {
    if (document.readyState === "complete") done(location.href);
    else addEventListener("load", () => done(location.href), { once: true });
  })`;
  while (valueOf(await evaluate(loaded)) !== files.address);
  return {
    pid,
    strange: files.strange,
    async call(module, name, ...args) {
      const list = args.map((arg) => JSON.stringify(arg) ?? "undefined").join(", ");
      return valueOf(
        await evaluate(`import(${JSON.stringify(`/${module}`)}).then((module) => module.${name}(${list}))`),
      );
    },
  };
}

/** The value of an evaluation. @throws {Error} what the page threw. */
function valueOf(answer: Answer): unknown {
  const { result, exceptionDetails } = answer as {
    result?: { value?: unknown };
    exceptionDetails?: { text: string; exception?: { description?: string } };
  };
  if (exceptionDetails === undefined) return result?.value;
  throw new Error(`In the page: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
}

type Answer = Readonly<Record<string, unknown>>;

/** Questions and answers of the DevTools protocol. */
class Wire {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #asked = 0;

  static async open(address: string): Promise<Wire> {
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("Cannot talk to Chromium"));
    });
    return new Wire(socket);
  }

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(`${data}`));
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("Chromium ended"));
    };
  }

  ask(method: string, params: object, sessionId?: string): Promise<Answer> {
    const id = this.#asked++;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer);
    this.#socket.send(
      JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
    );
    return answer.promise;
  }

  /** Asks the browser to end, and waits until it hangs up. */
  async end(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve));
    // Whether its answer still comes is up to it.
    this.#socket.send(JSON.stringify({ id: this.#asked++, method: "Browser.close" }));
    await closed;
  }

  /** Events, which have no id, are of no interest here. */
  #take({ id, result, error }: { id?: number; result?: Answer; error?: { message: string } }): void {
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error === undefined) waiting.resolve(result ?? {});
    else waiting.reject(new Error(`Chromium refused: ${error.message}`));
  }
}

/** What Chromium says on its standard error: where it listens, and later much that nobody needs. */
function hear(
  browser: Deno.ChildProcess,
): { readonly address: Promise<string>; readonly ended: Promise<void> } {
  const { promise: address, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error("Chromium did not listen in time")), START_MS_MAX);
  const read = async () => {
    let said = "";
    for await (const text of browser.stderr.pipeThrough(new TextDecoderStream())) {
      said = (said + text).slice(-SAID_CHARACTERS_MAX);
      const [, found] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    }
    reject(new Error(`Cannot start Chromium: ${said}`));
    clearTimeout(timer);
  };
  return { address, ended: read() };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
