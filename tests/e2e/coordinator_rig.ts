// A whole coordinator inside the test's own process: real sockets, a store in memory, and a kernel that reverses bytes.
import { assert } from "../deps.ts";
import { type JoinPolicy, newSecrets } from "../../coordinator/app/mod.ts";
import type { InstalledKernel } from "../../coordinator/installed.ts";
import type { CheckOutcome, Compute, Kernel, Outcome, Work } from "../../coordinator/ports.ts";
import { type Running, startCoordinator, type StartParts } from "../../coordinator/start.ts";
import { memoryBlobs, openStore, type Store } from "../../coordinator/store/mod.ts";

const manifest = new TextEncoder().encode('{"kernel":"reverse"}');
const core = new TextEncoder().encode("the bytes of a core");

/** SHA-256 of the manifest's and the core's bytes: what workers fetch. */
export const manifestDigest = await digestOf(manifest);
export const coreDigest = await digestOf(core);

/** The rig's kernel: its output is its input backwards. */
export const reverse: Kernel = {
  no: 1,
  id: "reverse",
  version: "1.0.0",
  release: 1,
  digest: manifestDigest,
  fuelMax: 1_000_000,
  inputBytesMax: 64 * 1024,
  outputBytesMax: 64 * 1024,
  assetsMax: 2,
  assetBytesMax: 1024 * 1024,
  wallMsMax: 1_000,
  detection: 0.99,
  price: 1_000,
};

const installed: InstalledKernel = {
  kernel: reverse,
  signature: new TextEncoder().encode("a signature"),
  files: new Map([[manifestDigest, manifest], [coreDigest, core]]),
};

/** What the kernel computes. */
export function reversed(input: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(input).reverse();
}

/** The fuel that it uses. */
export function fuelOf(input: Uint8Array): number {
  return 1_000 + 10 * input.length;
}

/** What it comes to under a limit. */
export function outcomeOf(input: Uint8Array, fuelLimit: number): Outcome {
  const fuel = fuelOf(input);
  if (fuel <= fuelLimit) return { type: "output", output: reversed(input), fuel, computeUs: 10 };
  const message = "The kernel used all of its fuel.";
  return { type: "failure", code: "kernel.exhausted", message, fuel: fuelLimit, computeUs: 10 };
}

/** Trusted compute without a sandbox. `hold` keeps runs until `release()`. */
export class RigCompute implements Compute {
  hold = false;
  readonly #held: (() => void)[] = [];

  run(work: Work): Promise<Outcome> {
    const outcome = outcomeOf(work.input, work.fuelLimit);
    if (!this.hold) return Promise.resolve(outcome);
    return new Promise((resolve) => this.#held.push(() => resolve(outcome)));
  }

  check(work: Work, output: Uint8Array): CheckOutcome {
    const right = reversed(work.input);
    const same = right.length === output.length && right.every((byte, i) => byte === output[i]);
    return same ? { type: "passed" } : { type: "failed", message: "not the input backwards" };
  }

  close(): Promise<void> {
    this.release();
    return Promise.resolve();
  }

  /** Lets everything held finish. */
  release(): void {
    this.hold = false;
    for (const finish of this.#held.splice(0)) finish();
  }
}

/** A running coordinator and what is around it. */
export interface CoordinatorRig extends AsyncDisposable {
  readonly running: Running;
  readonly url: string;
  /** API key of the first project. */
  readonly key: string;
  readonly store: Store;
  readonly compute: RigCompute;
  /** What it said, by type. */
  readonly said: string[];
}

/** Starts one; it is stopped at the end of the test's scope. `path`: where its store is, in memory by default. */
export async function startRig(
  overrides: NonNullable<StartParts["overrides"]> = {},
  join: JoinPolicy = { mode: "open", bits: 0 },
  path = ":memory:",
): Promise<CoordinatorRig> {
  const store = await openStore({ path });
  const compute = new RigCompute();
  const said: string[] = [];
  const config = {
    host: "127.0.0.1",
    port: 0,
    localSlots: 2,
    trustProxy: false,
    join,
    isPublic: false,
  };
  const running = await startCoordinator(config, {
    compute,
    kernels: [installed],
    signers: [{ keyId: "0011223344556677", publicKey: "AAAA" }],
    store,
    blobs: memoryBlobs(),
    secrets: newSecrets(),
    log: (type, sentence) => said.push(`${type}: ${sentence}`),
    overrides: { stopGraceMs: 300, ...overrides },
  });
  const { url, firstKey } = running;
  return {
    running,
    url,
    key: firstKey ?? "",
    store,
    compute,
    said,
    async [Symbol.asyncDispose]() {
      await running.stop();
      await compute.close();
      await store.close();
      const defects = said.filter((line) => line.startsWith("defect"));
      if (defects.length > 0) throw new Error(defects.join("\n"));
    },
  };
}

/** SHA-256 in hex. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** A request with a bearer token. */
export function bearing(token: string, init: RequestInit = {}): RequestInit {
  return { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } };
}

/** Sends a request and reads the whole answer. */
export async function ask(
  url: string,
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }> {
  const response = await fetch(url, init);
  const text = await response.text();
  const json = text !== "" && response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : { text } };
}

/** Generous: a busy machine is slow, and a test that fails waits only once. */
const patienceMs = 30_000;

/** Waits for a condition; one that stays away is the test's failure. */
export async function until(met: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + patienceMs;
  while (!await met()) {
    assert.ok(performance.now() < untilMs, `the condition did not come about in ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
