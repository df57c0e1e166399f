// The WebSocket of the SDK, on the `ws` package: the runtime's own client delays larger frames by tens of milliseconds.
// This file is all that knows the package.
// @ts-types="./_ws.d.ts"
import WebSocket from "ws";
import { codeOfClose, limits, P2c2rError, subprotocol } from "../protocol/mod.ts";
import { problemError } from "./_problem.ts";

/** What happens to a socket. `onEnd` comes exactly once and last. */
export interface SocketEvents {
  readonly onOpen: () => void;
  readonly onFrame: (frame: Uint8Array) => void;
  readonly onEnd: (error: P2c2rError) => void;
}

/** An open or opening WebSocket. */
export interface Socket {
  /** Sends one binary frame; does nothing once the socket is ending. */
  send(frame: Uint8Array): void;
  /** Bytes that the peer has not taken yet. */
  bufferedBytes(): number;
  /** Says goodbye and ends; the peer gets a moment to answer. */
  close(code: number, reason: string): void;
  /** Ends at once. */
  terminate(): void;
}

/** How long the handshake may take. */
const handshakeMs = 10_000;
/** How long a peer may take to answer a close. */
const closeMs = 1_000;
/** How much of a refusal's body is read. */
const refusalBytesMax = 16_384;

/** Opens a socket to a coordinator. */
export function openSocket(url: string, apiKey: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url, [subprotocol], {
    headers: { authorization: `Bearer ${apiKey}` },
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
    handshakeTimeout: handshakeMs,
  });
  let ended = false;
  let reason: P2c2rError | undefined;
  let closeTimer: ReturnType<typeof setTimeout> | undefined;

  const end = (error: P2c2rError) => {
    if (ended) return;
    ended = true;
    clearTimeout(closeTimer);
    events.onEnd(reason ?? error);
  };
  socket.on("open", () => {
    if (!ended) events.onOpen();
  });
  socket.on("message", (data, isBinary) => {
    if (ended) return;
    if (isBinary) return events.onFrame(data);
    reason = new P2c2rError("protocol.malformed", "Cannot read frame: it is text, not binary");
    socket.close(4400, "protocol.malformed");
  });
  socket.on("error", (cause) => {
    reason ??= new P2c2rError("connection.lost", `Cannot reach ${shown(url)}: ${cause.message}`, { cause });
  });
  socket.on("close", (code) => {
    end(
      new P2c2rError(
        codeOfClose(code),
        `Cannot go on: ${shown(url)} closed the connection with code ${code}`,
      ),
    );
  });
  socket.on("unexpected-response", (_request, response) => {
    const parts: Uint8Array[] = [];
    let size = 0;
    response.on("data", (chunk) => {
      size += chunk.length;
      if (size <= refusalBytesMax) parts.push(chunk);
    });
    const refuse = () => {
      reason ??= problemError(`Cannot connect to ${shown(url)}`, response.statusCode ?? 0, textOf(parts));
      socket.terminate();
    };
    response.on("end", refuse);
    response.on("close", refuse);
  });

  return {
    send: (frame) => {
      // A failed send is followed by `error` and `close`, which are heard above.
      if (!ended) socket.send(frame, ignoreSent);
    },
    bufferedBytes: () => socket.bufferedAmount,
    close: (code, text) => {
      if (ended) return;
      socket.close(code, text);
      closeTimer ??= setTimeout(() => socket.terminate(), closeMs);
    },
    terminate: () => socket.terminate(),
  };
}

function ignoreSent(): void {}

/** The address without its query: a session is nobody else's business. */
function shown(url: string): string {
  return url.split("?", 1)[0]!;
}

function textOf(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join("") + decoder.decode();
}
