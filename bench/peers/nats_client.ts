// Load on a NATS server: core request-reply. `--batched`: what one turn of the event loop asks for goes out in one
// message, as this project's frames do, packed by hand: what a team could get out of NATS with some work of its own.
import { setImmediate } from "node:timers";
import { connect } from "@nats-io/transport-node";
import { serveOrders } from "../brokers/load.ts";
import { pack, unpack } from "./nats_batch.ts";

const [port, mode] = Deno.args;
const nc = await connect({ servers: `127.0.0.1:${port}` });
const timeout = 30_000;

async function single(input: Uint8Array): Promise<Uint8Array> {
  return (await nc.request("echo", input, { timeout })).data;
}

/** Most tasks in one message, and so in one worker's hands. */
const batchMax = 8;

interface Asked {
  readonly input: Uint8Array;
  readonly resolve: (output: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** What one turn of the event loop asks for. */
class Turn {
  #asked: Asked[] = [];

  call(input: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ input, resolve, reject });
      if (this.#asked.length === 1) setImmediate(() => this.#send());
    });
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let at = 0; at < asked.length; at += batchMax) void sendBatch(asked.slice(at, at + batchMax));
  }
}

async function sendBatch(batch: readonly Asked[]): Promise<void> {
  try {
    const { data } = await nc.request("echo.batch", pack(batch.map(({ input }) => input)), { timeout });
    for (const [i, output] of unpack(data).entries()) batch[i]!.resolve(output);
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

const turn = new Turn();
await serveOrders(mode === "--batched" ? (input) => turn.call(input) : single);
await nc.close();
