// Load on the echo server: one connection per lane, one frame in flight on each.
// @ts-types="../../worker/_ws.d.ts"
import WebSocket from "ws";
import { serveOrders } from "./load.ts";
import { answerOf } from "./order.ts";

const [port, connections] = Deno.args.map(Number);
const frameBytesMax = 1024 * 1024;
const handshakeMsMax = 10_000;

/** A connection with at most one frame in flight. */
class Lane {
  readonly #socket: WebSocket;
  #resolve: (output: Uint8Array) => void = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Uint8Array) => this.#resolve(data));
  }

  call(input: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#socket.send(input);
    });
  }
}

async function open(): Promise<Lane> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, [], {
    headers: {},
    perMessageDeflate: false,
    maxPayload: frameBytesMax,
    handshakeTimeout: handshakeMsMax,
    followRedirects: false,
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });
  return new Lane(socket);
}

const free = await Promise.all(Array.from({ length: connections! }, open));
await serveOrders(async (input) => {
  const lane = free.pop();
  if (lane === undefined) throw new Error("more in flight than connections");
  const output = await lane.call(input);
  free.push(lane);
  // An echo has no kernel: the cut that a worker makes is made here, so that all clients check the same.
  return answerOf(output);
});
Deno.exit(0);
