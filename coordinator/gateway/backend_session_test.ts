import { assert } from "../../tests/deps.ts";
import { limits as wire, type Message, messageType as t, type Submit } from "../../protocol/mod.ts";
import { FakeLoop, FakeShell, FakeSocket, testKernel } from "./_fakes.ts";
import { BackendGateway } from "./backend_gateway.ts";
import { KernelTable } from "./kernels.ts";
import { type GatewayLimits, gatewayLimits } from "./limits.ts";
import { TaskDesk } from "./task_desk.ts";

const who = { project: { no: 1, id: "p", weight: 100 }, keyPrefix: "abcdefgh" };

class Rig {
  readonly shell = new FakeShell();
  readonly loop = new FakeLoop();
  readonly desk: TaskDesk;
  readonly gateway: BackendGateway;

  constructor(limits: Partial<GatewayLimits> = {}) {
    const all = { ...gatewayLimits, ...limits };
    const { shell } = this;
    this.desk = new TaskDesk({
      shell,
      purse: { state: "well", reserve: () => true, release: () => {} },
      assetBytes: () => undefined,
      priceOf: () => 1,
      limits: all,
    });
    const kernels = new KernelTable([{ kernel: testKernel, signature: new Uint8Array(1) }]);
    const connection = {
      ...this.loop.parts,
      flood: { ...this.loop.parts.flood, messagesMax: 1e6, strayMax: 1e6 },
    };
    this.gateway = new BackendGateway({
      shell,
      desk: this.desk,
      kernels,
      limits: all,
      instance: "i",
      connection,
    });
  }

  open(resume: string | null = null): FakeSocket {
    const socket = new FakeSocket();
    this.gateway.open(socket.asWebSocket, who, resume);
    this.loop.turn();
    return socket;
  }

  /** Opens a session with the kernel as number 1. */
  start(): { readonly socket: FakeSocket; readonly session: string } {
    const socket = this.open();
    socket.receive([t.openKernel, 1, "echo", null]);
    this.loop.turn();
    return { socket, session: String(socket.messages[0]![1]) };
  }

  /** The core answers a task. */
  answer(task: number, bytes = 1): void {
    this.desk.toBackend({
      type: "reply",
      task,
      project: 1,
      backend: 1,
      request: 0,
      kernel: 3,
      output: new Uint8Array(bytes),
      tier: "peer",
      verified: "rechecked",
      worker: "w",
      attempts: 2,
      fuel: 7,
      latencyMs: 1.2345,
    });
    this.loop.turn();
  }
}

function submit(requestNo: number, kernelNo = 1, bytes = 1): Submit {
  return [t.submit, requestNo, kernelNo, new Uint8Array(bytes), null, 50, 0, 0, null, null, null, null, null];
}

const answers = (socket: FakeSocket) => socket.messages.filter((each) => each[0] === t.answer);

Deno.test("a session opens kernels by its own numbers and learns their limits", () => {
  const rig = new Rig();
  const { socket } = rig.start();
  socket.receive([t.openKernel, 2, "echo", "9.9.9"]);
  rig.loop.turn();
  const [, known, unknown] = socket.messages;
  assert.deepEqual(known, [
    t.kernelOpened,
    1,
    Uint8Array.fromHex(testKernel.digest),
    "1.2.0",
    64,
    64,
    1_000,
    1e6,
  ]);
  assert.deepEqual(unknown, [t.kernelOpened, 2, null, null, 0, 0, 0, 0]);
});

Deno.test("an answer carries the request's number, its provenance in the wire's numbers, and the trace it came with", () => {
  const rig = new Rig();
  const { socket } = rig.start();
  const [...fields] = submit(8);
  fields[11] = Uint8Array.of(7, 7);
  socket.receive(fields as unknown as Submit);
  rig.answer(1);
  const [answer] = answers(socket);
  const source = rig.shell.events.length > 0 ? answer?.at(-1) : null;
  assert.match(String(source), /^[0-9a-f]{16}$/);
  assert.deepEqual(answer, [
    t.answer,
    8,
    new Uint8Array(1),
    0,
    1,
    2,
    7,
    1_235,
    7,
    Uint8Array.of(7, 7),
    source,
  ]);
});

Deno.test("answers of a dropped session are kept while there is room, and sent once it resumes", () => {
  const rig = new Rig({ undeliveredBytesMax: 100 });
  const { socket, session } = rig.start();
  socket.receive(submit(1), submit(2), submit(3), submit(4));
  socket.lose();
  rig.answer(1, 60);
  rig.answer(2, 60);
  rig.answer(3, 40);
  assert.equal(rig.desk.inFlight, 1);
  const back = rig.open(session);
  const [welcome, ...rest] = back.messages as readonly Message[];
  assert.deepEqual([welcome![1], welcome![2]], [session, true]);
  assert.deepEqual(rest.map((message) => [message[0], message[1]]), [[t.answer, 1], [t.answer, 3]]);
  back.receive(submit(1), submit(3), submit(4));
  assert.equal(rig.desk.inFlight, 1);
  back.receive(submit(2));
  assert.equal(rig.desk.inFlight, 2);
  back.lose();
  rig.answer(4, 100);
  assert.deepEqual(answers(rig.open(session)).map((each) => each[1]), [4]);
});

Deno.test("revocations are sent again after a resume, the latest ones", () => {
  const rig = new Rig({ revocationsKeptMax: 4 });
  const { socket, session } = rig.start();
  const revoke = (request: number) =>
    rig.gateway.revoke({ type: "revoke", backend: 1, request, output: null, reason: "proven wrong" });
  for (let request = 1; request <= 5; request++) revoke(request);
  rig.loop.turn();
  const revoked = (from: FakeSocket) =>
    from.messages.filter((each) => each[0] === t.revoked).map((each) => each[1]);
  assert.deepEqual(revoked(socket), [1, 2, 3, 4, 5]);
  socket.lose();
  revoke(6);
  assert.deepEqual(revoked(rig.open(session)), [3, 4, 5, 6]);
  rig.gateway.revoke({ type: "revoke", backend: 99, request: 1, output: null, reason: "" });
  assert.equal(rig.gateway.unreachable, 1);
});

Deno.test("a session that stays away ends: its tasks are abandoned and the core hears of it", () => {
  const rig = new Rig();
  const { socket, session } = rig.start();
  socket.receive(submit(1));
  socket.lose();
  rig.gateway.sweep(rig.shell.clockMs + wire.resumeMs, false);
  assert.equal(rig.gateway.size, 1);
  rig.gateway.sweep(rig.shell.clockMs + wire.resumeMs + 1, false);
  assert.deepEqual([rig.gateway.size, rig.desk.inFlight], [0, 0]);
  assert.deepEqual(rig.shell.events.at(-1), { type: "backendLeft", nowMs: 10_000, tasks: [1] });
  assert.equal(rig.open(session).messages[0]![2], false);
  rig.answer(1);
});

Deno.test("a connection that resumes while the old one seems alive replaces it", () => {
  const rig = new Rig();
  const { socket, session } = rig.start();
  socket.receive(submit(1));
  const second = rig.open(session);
  assert.equal(second.messages[0]![2], true);
  rig.answer(1);
  assert.deepEqual([answers(socket).length, answers(second).length], [0, 1]);
  assert.deepEqual(rig.shell.types, ["submitted"]);
  socket.lose();
  assert.equal(rig.gateway.size, 1);
});

Deno.test("more tasks in flight than the window end the connection", () => {
  const rig = new Rig();
  const { socket } = rig.start();
  const all = Array.from({ length: wire.backendWindowMax + 1 }, (_, i) => submit(i));
  socket.receive(...all.slice(0, 1_000));
  socket.receive(...all.slice(1_000));
  rig.loop.pass();
  assert.deepEqual(socket.closed, [4413, "protocol.limit"]);
  assert.equal(rig.desk.inFlight, 0);
});

Deno.test("withdraw reaches the core for a task in flight only", () => {
  const rig = new Rig();
  const { socket } = rig.start();
  socket.receive(submit(5), [t.withdraw, 5], [t.withdraw, 6]);
  assert.deepEqual(rig.shell.types, ["submitted", "withdrawn"]);
});

Deno.test("assertRoom() bounds the sessions of one project", () => {
  const rig = new Rig({ sessionsPerProjectMax: 2 });
  rig.open();
  rig.gateway.assertRoom("p");
  rig.open();
  assert.throws(() => rig.gateway.assertRoom("p"), { code: "rate.limited" });
  rig.gateway.assertRoom("q");
});
