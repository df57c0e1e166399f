// Load on a coordinator without the SDK: the protocol's own codec over one connection and nothing around it, so that the
// coordinator is what is measured. Takes the coordinator's address and an API key.
import { setImmediate } from "node:timers";
import {
  type FromBackend,
  messageType as t,
  Outbox,
  parseToBackend,
  type ToBackend,
} from "../../protocol/mod.ts";
import { type Ends, type Road, serveOrders } from "./load.ts";
import { type FrameSocket, openFrames } from "./socket.ts";

const [url = "", apiKey = ""] = Deno.args;
/** Far beyond what a task takes: what is measured is speed, not refusals. */
const deadlineMs = 10_000;
const kernelNo = 1;
/** Requests are found by the low bits of their numbers: many more than can be in flight. */
const numbersKept = 2 ** 20;

/** One session of a backend. */
class LeanRoad implements Road {
  readonly #ends: Ends;
  readonly #opened = Promise.withResolvers<void>();
  readonly #slots = new Int32Array(numbersKept).fill(-1);
  readonly #outbox: Outbox<FromBackend>;
  #socket: FrameSocket | undefined;
  #requestNo = 0;

  constructor(ends: Ends) {
    this.#ends = ends;
    this.#outbox = new Outbox<FromBackend>({
      send: (frame) => this.#socket?.send(frame),
      defer: setImmediate,
    });
  }

  async open(): Promise<this> {
    this.#socket = await openFrames(`${url.replace(/^http/, "ws")}/v1/backend`, apiKey, (frame) => {
      for (const message of parseToBackend(frame)) this.#take(message);
    });
    this.#outbox.push([t.openKernel, kernelNo, "echo", null]);
    await this.#opened.promise;
    return this;
  }

  send(slot: number, input: Uint8Array): void {
    const no = ++this.#requestNo;
    this.#slots[no % numbersKept] = slot;
    this.#outbox.push([t.submit, no, kernelNo, input, null, deadlineMs, 0, 0, null, null, null, null, null]);
  }

  #take(message: ToBackend): void {
    switch (message[0]) {
      case t.answer:
        return this.#end(message[1], (slot) => this.#ends.answered(slot, message[2]));
      case t.refusal:
        return this.#end(
          message[1],
          (slot) => this.#ends.failed(slot, new Error(message.slice(2).join(" "))),
        );
      case t.probe:
        return this.#outbox.push([t.echo, message[1]]);
      case t.kernelOpened:
        return this.#opened.resolve();
      case t.error:
        return console.error(message.join(" "));
      case t.revoked:
        return console.error("an answer was revoked");
    }
  }

  #end(no: number, tell: (slot: number) => void): void {
    const slot = this.#slots[no % numbersKept]!;
    this.#slots[no % numbersKept] = -1;
    if (slot >= 0) tell(slot);
  }
}

await serveOrders((ends) => new LeanRoad(ends).open());
Deno.exit(0);
