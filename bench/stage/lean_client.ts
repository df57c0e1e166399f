// Load on a coordinator without the SDK: the protocol's own codec over one connection and nothing around it, so that the
// coordinator is what is measured. Takes the coordinator's address and API keys, opens a connection for each of them, and
// spreads its tasks evenly.
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

const [url = "", ...apiKeys] = Deno.args;
/** Far beyond what a task takes: what is measured is speed, not refusals. */
const deadlineMsUsual = 10_000;
const kernelNo = 1;

/** One session of a backend. */
class Session implements Road {
  readonly #apiKey: string;
  readonly #ends: Ends;
  readonly #opened = Promise.withResolvers<void>();
  /** By request number. A map: while one task waits for its lease to run out, any number of others come and go. */
  readonly #slots = new Map<number, number>();
  readonly #outbox: Outbox<FromBackend>;
  #socket: FrameSocket | undefined;
  #requestNo = 0;

  constructor(apiKey: string, ends: Ends) {
    this.#apiKey = apiKey;
    this.#ends = ends;
    this.#outbox = new Outbox<FromBackend>({
      send: (frame) => this.#socket?.send(frame),
      defer: setImmediate,
    });
  }

  async open(): Promise<this> {
    this.#socket = await openFrames(`${url.replace(/^http/, "ws")}/v1/backend`, this.#apiKey, (frame) => {
      for (const message of parseToBackend(frame)) this.#take(message);
    });
    this.#outbox.push([t.openKernel, kernelNo, "echo", null]);
    await this.#opened.promise;
    return this;
  }

  send(slot: number, input: Uint8Array, deadlineMs = deadlineMsUsual): void {
    const no = ++this.#requestNo;
    this.#slots.set(no, slot);
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
    const slot = this.#slots.get(no);
    this.#slots.delete(no);
    if (slot !== undefined) tell(slot);
  }
}

await serveOrders(async (ends) => {
  const sessions: Session[] = [];
  // One after the other: each key costs a look into the store, and thousands at once would wait for each other.
  for (const apiKey of apiKeys) sessions.push(await new Session(apiKey, ends).open());
  return {
    send: (slot, input, deadlineMs) => sessions[slot % sessions.length]!.send(slot, input, deadlineMs),
  };
});
Deno.exit(0);
