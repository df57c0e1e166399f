// The one place that meets the npm package `ws`: the platform's own client delays every frame over 1 KiB by 40 ms.
// @ts-types="./_ws.d.ts"
import WebSocket, { type IncomingResponse } from "ws";
import { limits, P2c2rError, subprotocol } from "../protocol/mod.ts";
import { problemOf } from "./coordinator_http.ts";
import { causeOf } from "./session/mod.ts";

/** What is heard of a socket; after `closed` nothing more. */
export interface SocketListener {
  opened(): void;
  frame(frame: Uint8Array): void;
  /** A text frame, which the protocol does not have. */
  text(): void;
  /** Gone, or never made. */
  closed(why: P2c2rError): void;
}

/** A socket to a coordinator. */
export interface Socket {
  readonly bufferedBytes: number;
  send(frame: Uint8Array): void;
  /** Sends what waits, then closes; cut off when the other end does not take it. Resolves when it is gone. */
  close(closeCode: number, reason: string): Promise<void>;
}

/** How sockets are made, so that tests can make others. */
export type OpenSocket = (address: URL, token: string, listener: SocketListener) => Socket;

const handshakeMsMax = 10_000;
/** A close is cut off when nothing has left for so long, and at the latest after so long. */
const closeStallMsMax = 1_000;
const closeMsMax = 5_000;
const refusalBytesMax = 64 * 1024;

/** Connects with a session token. */
export const openSocket: OpenSocket = (address, token, listener) => {
  const socket = new WebSocket(address.href, [subprotocol], {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
    handshakeTimeout: handshakeMsMax,
    followRedirects: false,
  });
  const gone = Promise.withResolvers<void>();
  let why: P2c2rError | undefined;
  socket.on("open", () => listener.opened());
  socket.on("message", (data, isBinary) => isBinary ? listener.frame(data) : listener.text());
  socket.on("unexpected-response", (_request, response) => {
    readRefusal(response, (body) => {
      why ??= problemOf(response.statusCode ?? 0, body);
      socket.terminate();
    });
  });
  socket.on("error", (error) => {
    why ??= new P2c2rError("connection.lost", `The connection failed: ${error.message}`, { cause: error });
  });
  socket.on("close", (closeCode, reason) => {
    gone.resolve();
    listener.closed(why ?? closedBy(closeCode, new TextDecoder().decode(reason)));
  });
  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (frame) => {
      if (socket.readyState === 1) socket.send(frame);
    },
    async close(closeCode, reason) {
      socket.close(closeCode, reason);
      let left = Infinity;
      const watch = setInterval(() => {
        if (socket.bufferedAmount >= left || socket.bufferedAmount === 0) socket.terminate();
        left = socket.bufferedAmount;
      }, closeStallMsMax);
      const cut = setTimeout(() => socket.terminate(), closeMsMax);
      await gone.promise;
      clearInterval(watch);
      clearTimeout(cut);
    },
  };
};

function closedBy(closeCode: number, reason: string): P2c2rError {
  const text = reason === "" ? `it was closed (${closeCode})` : `it was closed (${closeCode}): ${reason}`;
  return new P2c2rError(causeOf(closeCode), text);
}

/** Reads the body of an answer that is no upgrade, up to a bound, and hands it on once. */
function readRefusal(response: IncomingResponse, done: (body: Uint8Array) => void): void {
  const body = new Uint8Array(refusalBytesMax);
  let size = 0;
  const end = () => done(body.subarray(0, size));
  response.on("data", (part) => {
    const fits = Math.min(part.length, body.length - size);
    body.set(part.subarray(0, fits), size);
    size += fits;
    if (size === body.length) end();
  });
  response.on("end", end);
  response.on("error", end);
}
