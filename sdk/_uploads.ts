// Assets on their way to the coordinator: each once, when the first task needs it. What a restart or a lost connection
// interrupts is sent again; the tasks that wait for it keep their own deadlines.
import { codes, P2c2rError } from "../protocol/mod.ts";
import { backoffMs } from "./_backoff.ts";
import { problemError } from "./_problem.ts";
import type { Asset } from "./types.ts";

/** How long one request may take. */
const uploadMs = 60_000;
/** An upload is not tried again this long after its start: then nobody waits for it any more, or somebody should know. */
const retryMsMax = 60_000;

type Upload = { readonly type: "done" } | { readonly type: "running"; readonly done: Promise<void> };

/** Uploads assets of one client. */
export class Uploads {
  readonly #baseUrl: string;
  readonly #apiKey: string;
  readonly #states = new WeakMap<Asset, Upload>();
  readonly #closing = new AbortController();

  constructor(baseUrl: string, apiKey: string) {
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  /** Undefined where all assets are uploaded, else a promise of it. Rejects with a P2c2rError. */
  ensure(assets: readonly Asset[]): Promise<void> | undefined {
    const running: Promise<void>[] = [];
    for (const asset of assets) {
      const state = this.#states.get(asset) ?? this.#start(asset);
      if (state.type === "running") running.push(state.done);
    }
    return running.length === 0 ? undefined : Promise.all(running).then(() => {});
  }

  /** The coordinator says that it does not have them. */
  forget(assets: readonly Asset[]): void {
    for (const asset of assets) {
      if (this.#states.get(asset)?.type === "done") this.#states.delete(asset);
    }
  }

  /** Ends what is running. */
  close(): void {
    this.#closing.abort();
  }

  #start(asset: Asset): Upload {
    const done = this.#upload(asset).then(
      () => {
        this.#states.set(asset, { type: "done" });
      },
      (error: unknown) => {
        this.#states.delete(asset);
        throw error;
      },
    );
    const state: Upload = { type: "running", done };
    this.#states.set(asset, state);
    return state;
  }

  async #upload(asset: Asset): Promise<void> {
    const startMs = performance.now();
    for (let attempt = 0;; attempt++) {
      try {
        return await this.#send(asset);
      } catch (error) {
        const again = error instanceof P2c2rError && codes[error.code].retry;
        if (!again || this.#closing.signal.aborted) throw error;
        const waitMs = (error.retryMs ?? 0) + backoffMs(attempt, Math.random());
        if (performance.now() + waitMs - startMs > retryMsMax) throw error;
        await this.#pause(waitMs);
      }
    }
  }

  async #send(asset: Asset): Promise<void> {
    const url = `${this.#baseUrl}/v1/assets/${asset.digest}`;
    const there = await this.#request("HEAD", url, null);
    if (there.status === 200) return;
    // Whatever else it was: an answer to HEAD has no body, and the answer to PUT says why.
    const put = await this.#request("PUT", url, asset.bytes);
    if (put.status !== 200 && put.status !== 201) throw problemError(doing(asset), put.status, put.body);
  }

  /** Ends early when the client is closed. */
  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => resolve();
    const timer = setTimeout(stop, ms);
    this.#closing.signal.addEventListener("abort", stop);
    return promise.finally(() => {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener("abort", stop);
    });
  }

  async #request(
    method: string,
    url: string,
    body: Uint8Array | null,
  ): Promise<{ readonly status: number; readonly body: string }> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = setTimeout(stop, uploadMs);
    this.#closing.signal.addEventListener("abort", stop);
    if (this.#closing.signal.aborted) stop();
    try {
      const response = await fetch(url, {
        method,
        headers: { authorization: `Bearer ${this.#apiKey}`, "content-type": "application/octet-stream" },
        body: body as Uint8Array<ArrayBuffer> | null,
        signal: abort.signal,
        redirect: "error",
      });
      return { status: response.status, body: await response.text() };
    } catch (cause) {
      const state = cause instanceof Error ? cause.message : String(cause);
      throw new P2c2rError("connection.lost", `Cannot upload to ${url}: ${state}`, { cause });
    } finally {
      clearTimeout(timer);
      this.#closing.signal.removeEventListener("abort", stop);
    }
  }
}

function doing(asset: Asset): string {
  return `Cannot upload asset ${asset.digest.slice(0, 8)}… of ${asset.bytes.length} bytes`;
}
