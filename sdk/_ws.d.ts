// The part of the `ws` package that the SDK uses.

interface IncomingResponse {
  readonly statusCode?: number;
  on(event: "data", listener: (chunk: Uint8Array) => void): void;
  on(event: "end" | "close", listener: () => void): void;
}

interface Options {
  readonly headers: Readonly<Record<string, string>>;
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
  readonly handshakeTimeout: number;
}

export default class WebSocket {
  constructor(address: string, protocols: readonly string[], options: Options);
  readonly protocol: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array, done: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: "open", listener: () => void): void;
  on(event: "message", listener: (data: Uint8Array, isBinary: boolean) => void): void;
  on(event: "close", listener: (code: number, reason: Uint8Array) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "unexpected-response", listener: (request: unknown, response: IncomingResponse) => void): void;
}
