// WebSockets of load generators and worker fleets: the client that this project's programs use.
// @ts-types="../../worker/_ws.d.ts"
import WebSocket from "ws";
import { limits, P2c2rError, subprotocol } from "../../protocol/mod.ts";
import type { OpenSocket } from "../../worker/connection.ts";

const handshakeMsMax = 30_000;

function dial(url: string, protocols: readonly string[], token: string | null): WebSocket {
  return new WebSocket(url, protocols, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
    handshakeTimeout: handshakeMsMax,
    followRedirects: false,
  });
}

/** A connection that carries frames. */
export interface FrameSocket {
  readonly bufferedBytes: number;
  send(frame: Uint8Array): void;
}

/**
 * Connects; `token` null: to a server that speaks no protocol of ours. A connection that ends is an error of the
 * benchmark, and ends the process: its tasks would never be answered.
 */
export async function openFrames(
  url: string,
  token: string | null,
  onFrame: (frame: Uint8Array) => void,
): Promise<FrameSocket> {
  const socket = dial(url, token === null ? [] : [subprotocol], token);
  const open = Promise.withResolvers<void>();
  socket.on("open", () => open.resolve());
  socket.on("error", (error) => console.error(error));
  socket.on("close", (code) => {
    console.error(`the connection to ${url} was closed with ${code}`);
    Deno.exit(1);
  });
  socket.on("message", onFrame);
  await open.promise;
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (frame) => socket.send(frame),
  };
}

/** How a worker's session opens its socket here. Closing is plain: nothing of value is under way at a benchmark's end. */
export const openWorkerSocket: OpenSocket = (address, token, listener) => {
  const socket = dial(address.href, [subprotocol], token);
  const gone = Promise.withResolvers<void>();
  let why = new P2c2rError("connection.lost", "The connection was closed");
  socket.on("open", () => listener.opened());
  socket.on("message", (data, isBinary) => isBinary ? listener.frame(data) : listener.text());
  socket.on("error", (cause) => why = new P2c2rError("connection.lost", cause.message, { cause }));
  socket.on("close", () => {
    gone.resolve();
    listener.closed(why);
  });
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (frame) => {
      if (socket.readyState === 1) socket.send(frame);
    },
    close(code, reason) {
      socket.close(code, reason);
      return gone.promise;
    },
  };
};
