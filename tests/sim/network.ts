// Connections without a network: frames take their time, and what can go wrong with them does.
import type { Agenda } from "./agenda.ts";
import type { Process } from "./process.ts";
import type { Dice } from "./random.ts";

/** What the way between a peer and the coordinator is like; faults change it. */
export interface Path {
  delayMs: number;
  jitterMs: number;
  lossRate: number;
  duplicateRate: number;
  reorderRate: number;
  /** Of HTTP exchanges that break, and of files that come slowly, or with other bytes. */
  tearRate: number;
  slowFileRate: number;
  wrongFileRate: number;
  /** Nothing comes through before. */
  blockedUntilMs: number;
}

/** What goes wrong all the time, where nothing does. */
export const noTrouble = {
  lossRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  tearRate: 0,
  slowFileRate: 0,
  wrongFileRate: 0,
} as const;

/** A path without trouble. */
export function clearPath(delayMs: number, jitterMs: number): Path {
  return { delayMs, jitterMs, ...noTrouble, blockedUntilMs: 0 };
}

/** What the peer hears of its connection. */
export interface ClientEnd {
  frame(frame: Uint8Array): void;
  /** `closeCode` 0: it vanished. */
  closed(closeCode: number, reason: string): void;
}

/** What a wire is made of. */
export interface WireParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly path: Path;
  readonly client: Process;
  readonly server: Process;
  readonly count: (fault: "frameLost" | "frameDuplicated" | "frameReordered") => void;
}

const OVERTAKEN_MS_MAX = 30;
const NOTICED_MS_MAX = 20;

/** The coordinator's end: as much of a WebSocket as its connections use. */
export class ServerEnd {
  readyState: number = WebSocket.OPEN;
  bufferedAmount = 0;
  binaryType = "blob";
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** The socket as the gateways know it. */
  get asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }

  send(frame: Uint8Array): void {
    this.#wire.toClient(frame);
  }

  close(code: number, reason: string): void {
    this.readyState = WebSocket.CLOSING;
    this.#wire.closeByServer(code, reason);
  }
}

/** One connection between a peer and the coordinator. */
export class Wire {
  readonly end: ServerEnd;
  readonly #parts: WireParts;
  readonly #client: ClientEnd;
  readonly #lastMs = { client: 0, server: 0 };
  #isCut = false;
  #clientGone = false;
  #serverGone = false;

  constructor(parts: WireParts, client: ClientEnd) {
    this.#parts = parts;
    this.#client = client;
    this.end = new ServerEnd(this);
  }

  /** Whether frames still come through. */
  get open(): boolean {
    return !this.#isCut;
  }

  /** The peer asks for the connection; nothing else is sent before it is accepted. */
  handshake(ask: () => Promise<void>): void {
    this.#inOrder("server", () => void (this.#isCut || ask()));
  }

  /** The coordinator accepts it, and the peer hears of it. */
  accept(opened: () => void): void {
    if (this.#isCut || !this.#parts.server.leaves()) return;
    this.#inOrder("client", () => this.#isCut || opened());
    this.end.onopen?.();
  }

  /** The coordinator refuses it. */
  refuse(heard: () => void): void {
    if (this.#isCut || !this.#parts.server.leaves()) return;
    this.#isCut = true;
    this.#clientGone = this.#serverGone = true;
    this.#inOrder("client", heard);
  }

  /** The peer sends. */
  toServer(frame: Uint8Array): void {
    if (!this.#parts.client.leaves()) return;
    const copy = frame.slice();
    this.#carry("server", () => {
      if (this.end.readyState === WebSocket.OPEN) this.end.onmessage?.({ data: copy.slice().buffer });
    });
  }

  /** The coordinator sends. */
  toClient(frame: Uint8Array): void {
    if (!this.#parts.server.leaves()) return;
    const copy = frame.slice();
    this.#carry("client", () => {
      if (!this.#clientGone) this.#client.frame(copy.slice());
    });
  }

  /** The coordinator closes, and the peer hears why. */
  closeByServer(code: number, reason: string): void {
    if (!this.#parts.server.leaves()) return;
    this.#inOrder("client", () => this.#endClient(code, reason));
    this.#inOrder("server", () => this.#endServer(code), 2);
  }

  /** The peer closes; `gone` runs when that is through. */
  closeByClient(code: number, gone: () => void): void {
    this.#clientGone = true;
    this.#inOrder("server", () => this.#endServer(code));
    this.#inOrder("client", gone, 2);
  }

  /** It breaks: what is under way is lost, and both ends notice in their own time. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const { agenda, dice, client, server } = this.#parts;
    agenda.after(dice.between(0, NOTICED_MS_MAX), () => client.enter(() => this.#endClient(0, "")));
    agenda.after(dice.between(0, NOTICED_MS_MAX), () => server.enter(() => this.#endServer(0)));
  }

  #endClient(code: number, reason: string): void {
    this.#isCut = true;
    if (this.#clientGone) return;
    this.#clientGone = true;
    this.#client.closed(code, reason);
  }

  #endServer(code: number): void {
    this.#isCut = true;
    if (this.#serverGone) return;
    this.#serverGone = true;
    this.end.readyState = WebSocket.CLOSED;
    this.end.onclose?.({ code });
  }

  /** A frame, and what its path does to it. */
  #carry(to: "client" | "server", deliver: () => void): void {
    const { path, dice, count, agenda } = this.#parts;
    if (dice.chance(path.lossRate)) return count("frameLost");
    const arrive = () => this.#isCut || deliver();
    if (dice.chance(path.reorderRate)) {
      count("frameReordered");
      const delayMs = this.#delayMs() + dice.between(0, OVERTAKEN_MS_MAX);
      return void agenda.after(delayMs, () => this.#parts[to].enter(arrive));
    }
    this.#inOrder(to, arrive);
    if (!dice.chance(path.duplicateRate)) return;
    count("frameDuplicated");
    this.#inOrder(to, arrive);
  }

  #inOrder(to: "client" | "server", act: () => void, trips = 1): void {
    const { agenda, path } = this.#parts;
    const dueMs = Math.max(agenda.nowMs + trips * this.#delayMs(), path.blockedUntilMs, this.#lastMs[to]);
    this.#lastMs[to] = dueMs;
    agenda.at(dueMs, () => this.#parts[to].enter(act));
  }

  #delayMs(): number {
    const { path, dice } = this.#parts;
    return path.delayMs + dice.draw() * path.jitterMs;
  }
}
