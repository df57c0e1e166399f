import { assert } from "../../tests/deps.ts";
import {
  type FromBackend,
  limits,
  messageType as t,
  P2c2rError,
  parseFromBackend,
} from "../../protocol/mod.ts";
import { FakeLoop, FakeSocket } from "./_fakes.ts";
import { Connection, type ConnectionHandler } from "./connection.ts";

class Rig {
  readonly socket = new FakeSocket();
  readonly loop = new FakeLoop();
  readonly received: FromBackend[] = [];
  readonly rtts: number[] = [];
  readonly ends: boolean[] = [];
  refusal: Error | null = null;
  readonly connection: Connection<FromBackend>;

  constructor() {
    const handler: ConnectionHandler<FromBackend> = {
      parse: parseFromBackend,
      receive: (message) => {
        if (this.refusal !== null) throw this.refusal;
        this.received.push(message);
      },
      measured: (rttMs) => this.rtts.push(rttMs),
      ended: (_, over) => this.ends.push(over),
    };
    this.connection = new Connection(this.socket.asWebSocket, handler, this.loop.parts);
  }

  /** What the peer was told at the end. */
  get complaint(): unknown {
    this.loop.pass();
    const last = this.socket.messages.at(-1);
    return [last?.[0] === t.error ? last[1] : null, ...this.socket.closed ?? []];
  }
}

Deno.test("send() gathers a turn's messages in one frame", () => {
  const { connection, socket, loop } = new Rig();
  connection.send([t.probe, 1]);
  connection.send([t.probe, 2]);
  assert.equal(socket.sent.length, 0);
  loop.turn();
  assert.equal(socket.sent.length, 1);
  assert.deepEqual(socket.messages, [[t.probe, 1], [t.probe, 2]]);
});

Deno.test("a WebSocket of the platform has its own copy of a frame when send() returns, as lent frames need it", async () => {
  const sizes = [1, 125, 126, 4_096, 65_535, 65_536, 1_000_000];
  const serverGone = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      for (const [at, size] of sizes.entries()) {
        const lent = new Uint8Array(size).fill(at + 1);
        socket.send(lent);
        lent.fill(0);
      }
      socket.close();
    };
    socket.onclose = () => serverGone.resolve();
    return response;
  });
  const socket = new WebSocket(`ws://127.0.0.1:${server.addr.port}`);
  socket.binaryType = "arraybuffer";
  const received: Uint8Array[] = [];
  await new Promise((resolve, reject) => {
    socket.onmessage = ({ data }) => received.push(new Uint8Array(data as ArrayBuffer));
    socket.onclose = resolve;
    socket.onerror = reject;
  });
  await serverGone.promise;
  await server.shutdown();
  assert.deepEqual(received.map(({ length }) => length), sizes);
  for (const [at, frame] of received.entries()) assert.ok(frame.every((byte) => byte === at + 1));
});

Deno.test("a probe is echoed, and the echo of our own measures the round trip, once", () => {
  const { connection, socket, loop, rtts } = new Rig();
  socket.receive([t.probe, 77]);
  connection.probe(loop.nowMs);
  loop.turn();
  assert.deepEqual(socket.messages, [[t.echo, 77], [t.probe, 1]]);
  loop.nowMs += 30;
  socket.receive([t.echo, 9], [t.echo, 1], [t.echo, 1]);
  assert.deepEqual(rtts, [30]);
});

Deno.test("text, malformed frames and errors of the handler end the connection with one code", () => {
  const acts: readonly [(rig: Rig) => void, string, number][] = [
    [({ socket }) => socket.onmessage?.({ data: "text" }), "protocol.malformed", 4400],
    [({ socket }) => socket.onmessage?.({ data: Uint8Array.of(0xc1).buffer }), "protocol.malformed", 4400],
    [
      (rig) => {
        rig.refusal = new P2c2rError("protocol.order", "Cannot do that now");
        rig.socket.receive([t.withdraw, 1], [t.withdraw, 2]);
      },
      "protocol.order",
      4409,
    ],
  ];
  for (const [act, code, number] of acts) {
    const rig = new Rig();
    act(rig);
    act(rig);
    assert.deepEqual(rig.complaint, [code, number, code]);
    assert.deepEqual([rig.ends, rig.loop.closes], [[true], [code]]);
    assert.deepEqual(rig.received, []);
  }
});

Deno.test("the close follows the reason after a moment, and what comes in between is ignored", () => {
  const { socket, connection, loop, received } = new Rig();
  connection.fail(new P2c2rError("protocol.limit", "Cannot go on"));
  assert.equal(socket.closed, null);
  assert.deepEqual(socket.types, [t.error]);
  socket.receive([t.withdraw, 1]);
  loop.pass();
  assert.deepEqual([socket.closed, received], [[4413, "protocol.limit"], []]);
});

Deno.test("a defect of ours is reported, and the peer is told no details", () => {
  const rig = new Rig();
  rig.refusal = new TypeError("undefined is not a function");
  rig.socket.receive([t.withdraw, 1]);
  assert.deepEqual(rig.complaint, ["internal", 1011, "internal"]);
  assert.equal(rig.loop.bugs.length, 1);
  assert.ok(!JSON.stringify(rig.socket.messages).includes("undefined is not"));
});

Deno.test("floods end the connection: frames, messages, messages nobody asked for", () => {
  const acts: readonly ((rig: Rig) => void)[] = [
    ({ socket }) => {
      for (let i = 0; i < 101; i++) socket.receive([t.withdraw, i]);
    },
    ({ socket }) => {
      for (let i = 0; i < 11; i++) {
        socket.receive(...Array.from({ length: 100 }, () => [t.withdraw, 1] as const));
      }
    },
    ({ socket }) => socket.receive(...Array.from({ length: 21 }, (_, i) => [t.probe, i] as const)),
  ];
  for (const act of acts) {
    const rig = new Rig();
    act(rig);
    assert.deepEqual(rig.complaint, ["protocol.limit", 4413, "protocol.limit"]);
  }
});

Deno.test("sweep() forgives what was within the limits", () => {
  const { socket, connection, loop, ends } = new Rig();
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 90; i++) socket.receive([t.withdraw, i]);
    connection.sweep(loop.nowMs, false);
  }
  assert.deepEqual(ends, []);
});

Deno.test("sweep() drops a silent peer, whose session can be resumed, unless this process stood still", () => {
  const rig = new Rig();
  const { connection, loop, socket, ends } = rig;
  connection.sweep(loop.nowMs += 1_000, false);
  connection.sweep(loop.nowMs += limits.silenceMsMax + 1, true);
  assert.deepEqual(ends, []);
  socket.receive([t.withdraw, 1]);
  connection.sweep(loop.nowMs += limits.silenceMsMax + 1, false);
  assert.deepEqual(ends, []);
  connection.sweep(loop.nowMs += limits.silenceMsMax + 1, false);
  assert.deepEqual(ends, [false]);
  assert.deepEqual(rig.complaint, ["protocol.silent", 4408, "protocol.silent"]);
});

Deno.test("sweep() probes every heartbeat", () => {
  const { connection, loop, socket } = new Rig();
  for (let second = 0; second < 12; second++) connection.sweep(loop.nowMs + second * 1_000, true);
  loop.turn();
  assert.deepEqual(socket.messages, [[t.probe, 1], [t.probe, 2], [t.probe, 3]]);
});

Deno.test("a peer that does not read is dropped, whether or not there is something to say", () => {
  for (const act of ["send", "sweep"] as const) {
    const { connection, socket, loop, ends } = new Rig();
    socket.bufferedAmount = limits.bufferedBytesMax + 1;
    if (act === "send") connection.send([t.probe, 1]);
    else connection.sweep(loop.nowMs, false);
    loop.pass();
    assert.deepEqual([socket.closed, ends, socket.sent], [[4429, "protocol.slow"], [false], []]);
  }
});

Deno.test("a peer that closes with 1000 is over, one that vanishes may come back", async () => {
  for (const [code, over] of [[1000, true], [1001, false], [0, false]] as const) {
    const { socket, connection, ends } = new Rig();
    socket.lose(code);
    assert.deepEqual(ends, [over]);
    assert.equal(connection.open, false);
    await connection.gone;
  }
});
