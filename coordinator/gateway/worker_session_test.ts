// Past 300 lines: one session through its whole life, each rule a short scene.
import { assert } from "../../tests/deps.ts";
import { limits as wire, messageType as t, P2c2rError, type Ready } from "../../protocol/mod.ts";
import type { Effect } from "../scheduler/mod.ts";
import type { WorkerRecord } from "../verify/mod.ts";
import { FakeLoop, FakeShell, FakeSocket, testKernel } from "./_fakes.ts";
import { KernelTable } from "./kernels.ts";
import { type GatewayLimits, gatewayLimits } from "./limits.ts";
import { type WorkerArrival, type WorkerCredit, WorkerGateway } from "./worker_gateway.ts";
import type { Explanation } from "../scheduler/mod.ts";
import type { WorkerIdentity } from "./worker_ports.ts";

const who: WorkerIdentity = { id: "worker-a", publicKey: "key", network: "net", tier: "peer", invite: null };
const record: WorkerRecord = { quarantinedUntilMs: 0, offences: 0, kernels: new Map() };
const ready: Ready = [t.ready, 2, 6, "test/1", [Uint8Array.of(0xab)], null, null];
type Assign = Effect & { readonly type: "assign" };

class Rig {
  readonly shell = new FakeShell();
  readonly loop = new FakeLoop();
  readonly arrivals: WorkerArrival[] = [];
  readonly gateway: WorkerGateway;
  arrive: () => Promise<WorkerRecord> = () => Promise.resolve(record);
  credits: ReadonlyMap<string, WorkerCredit> = new Map();
  explanation: Explanation | undefined;

  constructor(limits: Partial<GatewayLimits> = {}) {
    this.gateway = new WorkerGateway({
      shell: this.shell,
      kernels: new KernelTable([{ kernel: testKernel, signature: Uint8Array.of(1) }]),
      limits: { ...gatewayLimits, ...limits },
      instance: "i",
      connection: this.loop.parts,
      arrive: (worker) => {
        this.arrivals.push(worker);
        return this.arrive();
      },
      credits: () => Promise.resolve(this.credits),
      explain: () => this.explanation,
    });
  }

  open(resume: string | null = null, identity = who): FakeSocket {
    const socket = new FakeSocket();
    this.gateway.open(socket.asWebSocket, identity, resume);
    this.loop.turn();
    return socket;
  }

  /** A worker that has joined. */
  async join(): Promise<FakeSocket> {
    const socket = this.open();
    socket.receive(ready);
    await settled();
    return socket;
  }

  assign(attempt: number, fields: Partial<Assign> = {}): void {
    const work = { kernel: 3, input: Uint8Array.of(attempt), assets: ["cd".repeat(32)], fuelLimit: 500 };
    this.gateway.deliver({
      type: "assign",
      worker: 1,
      attempt,
      fence: attempt + 100,
      work,
      budgetMs: 49.9,
      leaseMs: 20.2,
      priority: 1,
      ...fields,
    });
    this.loop.turn();
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const session = (socket: FakeSocket) => String(socket.messages[0]![1]);

Deno.test("a worker is welcomed, offered the kernels, and joins when it is ready and its record was read", async () => {
  const rig = new Rig();
  const socket = rig.open();
  const [welcome, offer] = socket.messages;
  assert.deepEqual(welcome!.slice(2), [
    false,
    "i",
    wire.heartbeatMs,
    wire.resumeMs,
    wire.workerWindowMax,
    null,
  ]);
  assert.deepEqual(offer, [t.kernelOffer, 3, Uint8Array.fromHex(testKernel.digest), Uint8Array.of(1)]);
  socket.receive(ready, [t.kernelState, 3, true, null, null]);
  assert.deepEqual([rig.shell.events, rig.arrivals], [[], [{
    id: "worker-a",
    publicKey: "key",
    software: "test/1",
  }]]);
  await settled();
  const spec = {
    worker: 1,
    id: "worker-a",
    network: "net",
    tier: "peer",
    invite: null,
    slots: 2,
    window: 6,
    tags: ["ab"],
    record,
  };
  assert.deepEqual(rig.shell.events, [
    { type: "joined", nowMs: 10_000, spec },
    { type: "kernelReady", nowMs: 10_000, worker: 1, kernel: 3, ready: true },
  ]);
});

Deno.test("a worker is told why it has no work, once until that changes, and not while it works or has paused", async () => {
  const rig = new Rig({ creditMs: 10 });
  const socket = await rig.join();
  const told = () => {
    rig.shell.clockMs += 10;
    rig.gateway.sweep(rig.shell.clockMs, false);
    rig.loop.turn();
    return socket.messages.filter(([type]) => type === t.standing).map((message) => message.slice(1));
  };
  const idle = { state: "waiting", reason: "nothing to do", forMs: null } as const;
  rig.explanation = idle;
  assert.deepEqual([told(), told()], [[["waiting", "nothing to do", null]], [[
    "waiting",
    "nothing to do",
    null,
  ]]]);
  rig.explanation = { state: "working", reason: "", forMs: null };
  assert.equal(told().length, 1);
  rig.explanation = { state: "quarantined", reason: "a lie", forMs: 99.5 };
  assert.deepEqual(told()[1], ["quarantined", "a lie", 100]);
  socket.receive([t.pause, "the helper plays", null]);
  rig.explanation = idle;
  assert.equal(told().length, 2);
});

Deno.test("a window smaller than the slots is no window: it holds at least one attempt per slot", async () => {
  const rig = new Rig();
  const socket = await rig.join();
  socket.receive([t.resume, 5, 1]);
  const { slots, window } = rig.shell.events.at(-1) as { readonly slots?: number; readonly window?: number };
  assert.deepEqual([slots, window], [5, 5]);
});

Deno.test("a worker whose record cannot be read is told why and does not join", async () => {
  const rig = new Rig();
  rig.arrive = () => Promise.reject(new P2c2rError("store.failed", "Cannot read worker"));
  const socket = await rig.join();
  rig.loop.pass();
  assert.deepEqual([socket.closed, rig.shell.events], [[1011, "store.failed"], []]);
  assert.deepEqual([...rig.gateway.sessions()], []);
});

Deno.test("a task message says nothing but the work and its time, in whole numbers", async () => {
  const rig = new Rig();
  const socket = await rig.join();
  rig.assign(7);
  assert.deepEqual(socket.messages.at(-1), [
    t.task,
    7,
    107,
    3,
    Uint8Array.of(7),
    [Uint8Array.fromHex("cd".repeat(32))],
    49,
    20,
    500,
    1,
    null,
    null,
  ]);
});

Deno.test("a result counts once, for its own attempt and fence", async () => {
  const rig = new Rig();
  const socket = await rig.join();
  rig.assign(7);
  const output = Uint8Array.of(9);
  for (const fence of [1, 107, 107]) socket.receive([t.result, 7, fence, output, 5, 6, null]);
  assert.deepEqual(rig.shell.types.slice(1), ["answered"]);
  const { outcome } = rig.shell.events.at(-1) as { readonly outcome?: unknown };
  assert.deepEqual(outcome, { type: "output", output, fuel: 5, computeUs: 6 });
  assert.equal(rig.gateway.counters.unknownResults, 2);
});

Deno.test("an output above the kernel's limit and failures of the worker itself are no outputs", async () => {
  const rig = new Rig();
  const socket = await rig.join();
  for (const attempt of [1, 2, 3]) rig.assign(attempt);
  socket.receive(
    [t.result, 1, 101, new Uint8Array(testKernel.outputBytesMax + 1), 5, 6, null],
    [t.failure, 2, 102, "kernel.refused", "bad input", 5, 6],
    [t.failure, 3, 103, "out.of.order", "?", 5, 6],
  );
  const codes = rig.shell.events.flatMap((event) =>
    event.type === "answered" && event.outcome.type === "failure" ? event.outcome.code : []
  );
  assert.deepEqual(codes, ["kernel.output_too_large", "kernel.refused", "kernel.environment"]);
});

Deno.test("handBack, pause, resume, held assets and round trips reach the core", async () => {
  const rig = new Rig();
  const socket = await rig.join();
  rig.assign(7);
  socket.receive(
    [t.handBack, [[7, 1], [7, 107], [8, 108]], "no"],
    [t.pause, "a game runs", null],
    [t.resume, 1, 2],
    [t.assetsHeld, [Uint8Array.fromHex("ef".repeat(32))]],
    [t.echo, 1],
  );
  const happened = rig.shell.events.slice(1).map(({ nowMs: _, ...event }) => event);
  assert.deepEqual(happened, [
    { type: "handedBack", worker: 1, attempt: 7, fence: 107 },
    { type: "paused", worker: 1 },
    { type: "resumed", worker: 1, slots: 1, window: 2 },
    { type: "held", worker: 1, assets: ["ef".repeat(32)] },
    { type: "measured", worker: 1, rttMs: 0 },
  ]);
});

Deno.test("a dropped worker resumes its session: results still count, its standing is repeated with what is left of it", async () => {
  const rig = new Rig();
  const first = await rig.join();
  rig.assign(7);
  const standing = {
    type: "standing",
    worker: 1,
    state: "quarantined",
    reason: "wrong",
    untilMs: 5_000.5,
  } as const;
  rig.gateway.deliver(standing);
  first.lose();
  rig.assign(8);
  assert.equal(rig.gateway.counters.unsent, 1);
  rig.shell.clockMs += 2_000;
  const second = rig.open(session(first));
  assert.equal(second.messages[0]![2], true);
  assert.deepEqual(second.messages.at(-1), [t.standing, "quarantined", "wrong", 3_001]);
  second.receive(ready, [t.result, 7, 107, Uint8Array.of(1), 1, 1, null]);
  assert.deepEqual(rig.shell.types, ["joined", "dropped", "returned", "resumed", "answered"]);
});

Deno.test("a worker that resumes while its old connection seems alive is dropped and returned, and answers over the new one", async () => {
  const rig = new Rig();
  const first = await rig.join();
  rig.assign(7);
  const second = rig.open(session(first));
  rig.loop.pass();
  assert.deepEqual(rig.shell.types, ["joined", "dropped", "returned"]);
  assert.notEqual(first.closed, null);
  first.lose();
  second.receive([t.result, 7, 107, Uint8Array.of(1), 1, 1, null]);
  assert.deepEqual(rig.shell.types.slice(3), ["answered"]);
});

Deno.test("a worker that stays away, closes, says goodbye or breaks the protocol has left", async () => {
  const ways: readonly ((socket: FakeSocket, rig: Rig) => void)[] = [
    (socket, rig) => {
      socket.lose();
      rig.gateway.sweep(rig.shell.clockMs + wire.resumeMs + 1, false);
    },
    (socket) => socket.lose(1000),
    (socket) => socket.receive([t.goodbye, "enough"]),
    (socket) => socket.receive([t.kernelState, 99, true, null, null]),
  ];
  for (const leave of ways) {
    const rig = new Rig();
    const socket = await rig.join();
    const name = session(socket);
    leave(socket, rig);
    assert.equal(rig.shell.types.at(-1), "left");
    assert.equal(rig.open(name).messages[0]![2], false);
  }
});

Deno.test("nobody resumes a session of another key, or one that never joined", async () => {
  const rig = new Rig();
  const joined = await rig.join();
  assert.equal(rig.open(session(joined), { ...who, id: "worker-b" }).messages[0]![2], false);
  const early = rig.open();
  assert.equal(rig.open(session(early)).messages[0]![2], false);
});

Deno.test("a key that joins again ends its other sessions, dropped or connected, before its record is read", async () => {
  const rig = new Rig();
  const first = await rig.join();
  rig.arrive = () => {
    assert.equal(rig.shell.types.at(-1), "left");
    return Promise.resolve(record);
  };
  const second = await rig.join();
  rig.loop.pass();
  assert.deepEqual([first.closed, second.closed], [[4409, "protocol.order"], null]);
  second.lose();
  await rig.join();
  assert.deepEqual(rig.shell.types, ["joined", "left", "joined", "dropped", "left", "joined"]);
});

Deno.test("a worker that never gets ready is closed", () => {
  const rig = new Rig();
  const socket = rig.open();
  rig.gateway.sweep(rig.shell.clockMs + gatewayLimits.readyMsMax, true);
  assert.equal([...rig.gateway.sessions()].length, 1);
  rig.gateway.sweep(rig.shell.clockMs + gatewayLimits.readyMsMax + 1, true);
  rig.loop.pass();
  assert.deepEqual([socket.closed, [...rig.gateway.sessions()]], [[4409, "protocol.order"], []]);
});

Deno.test("credit is told when it changed, to connected workers", async () => {
  const rig = new Rig({ creditMs: 1_000 });
  const socket = await rig.join();
  const earn = (granted: number) => {
    rig.credits = new Map([["worker-a", { claimed: 9, pending: 9 - granted, granted, refused: 0 }]]);
  };
  const told = () => socket.messages.filter((each) => each[0] === t.credit).map((each) => each[3]);
  for (const granted of [1, 1, 2]) {
    earn(granted);
    rig.gateway.sweep(rig.shell.clockMs += 1_000, false);
    await settled();
    rig.loop.turn();
  }
  assert.deepEqual(told(), [1, 2]);
});

Deno.test("sweep() looks at five hundred sessions in one turn, at the others a moment later, and at none that is gone", () => {
  const rig = new Rig();
  const sockets = Array.from({ length: 502 }, (_, no) => rig.open(null, { ...who, id: `worker-${no}` }));
  const probed = () => {
    rig.loop.turn();
    return sockets.filter((socket) => socket.types.includes(t.probe)).length;
  };
  rig.gateway.sweep(rig.loop.nowMs, false);
  assert.equal(probed(), 500);
  sockets[501]!.lose();
  rig.loop.pass();
  assert.equal(probed(), 501);
});

Deno.test("assertRoom() bounds the workers behind one network", () => {
  const rig = new Rig({ workersPerNetworkMax: 1 });
  const socket = rig.open();
  assert.throws(() => rig.gateway.assertRoom("net"), { code: "rate.limited" });
  rig.gateway.assertRoom("other");
  socket.lose();
  rig.gateway.assertRoom("net");
});
