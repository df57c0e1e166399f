// The part of the npm package `ws` that this worker uses: its own types would be one more package to install.

/** An HTTP answer that is no upgrade. */
export interface IncomingResponse {
  readonly statusCode?: number;
  on(event: "data", listener: (part: Uint8Array) => void): this;
  on(event: "end" | "error" | "close", listener: () => void): this;
}

declare class WebSocket {
  constructor(url: string, protocols: readonly string[], options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly perMessageDeflate: false;
    readonly maxPayload: number;
    readonly handshakeTimeout: number;
    readonly followRedirects: false;
  });
  readonly bufferedAmount: number;
  readonly readyState: 0 | 1 | 2 | 3;
  send(data: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: "open", listener: () => void): this;
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): this;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): this;
  on(event: "error", listener: (error: Error) => void): this;
  on(
    event: "unexpected-response",
    listener: (request: unknown, response: IncomingResponse) => void,
  ): this;
}

export default WebSocket;
