import { messageType } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { kernelHex, liveMachine, Machine, only, sent, taskMessage } from "./_machine.ts";
import { statusOf } from "./status.ts";

Deno.test("step() greets with ready and what it holds, then reports each kernel", () => {
  const machine = new Machine();
  assert.deepEqual(machine.on({ type: "started" }), [
    { type: "connect", connection: 1, afterMs: 0, session: null },
  ]);
  machine.on({ type: "held", assets: ["cd".repeat(32)] });
  assert.deepEqual(sent(machine.join()), [
    [messageType.ready, 2, 4, "test/1", null, null, null],
    [messageType.assetsHeld, [Uint8Array.fromHex("cd".repeat(32))]],
  ]);
  const offer = machine.hear([
    messageType.kernelOffer,
    7,
    Uint8Array.fromHex(kernelHex),
    new Uint8Array([9]),
  ]);
  assert.deepEqual(offer, [{ type: "prepare", kernel: kernelHex, signature: new Uint8Array([9]) }]);
  const report = machine.on({ type: "prepared", kernel: kernelHex, code: null, text: "" });
  assert.deepEqual(sent(report), [[messageType.kernelState, 7, true, null, null]]);
});

Deno.test("step() says why a kernel is refused and asks again only where that can pass", () => {
  const machine = new Machine({ prepareAgainMs: 1_000 });
  machine.on({ type: "started" });
  machine.join();
  const digest = Uint8Array.fromHex(kernelHex);
  machine.hear([messageType.kernelOffer, 1, digest, new Uint8Array(1)]);
  const refused = machine.on({ type: "prepared", kernel: kernelHex, code: "connection.lost", text: "no" });
  assert.deepEqual(sent(refused), [[messageType.kernelState, 1, false, "connection.lost", "no"]]);
  assert.equal(only(machine.on({ type: "tick" }, 999), "prepare").length, 0);
  assert.equal(only(machine.on({ type: "tick" }, 1), "prepare").length, 1);
  machine.on({ type: "prepared", kernel: kernelHex, code: "bundle.signature", text: "no" });
  assert.equal(only(machine.on({ type: "tick" }, 5_000), "prepare").length, 0);
});

Deno.test("step() computes a task and sends its result with the coordinator's own numbers", () => {
  const machine = liveMachine();
  const trace = new Uint8Array([3]);
  const assets = [Uint8Array.fromHex("ef".repeat(32))];
  const input = new Uint8Array([1, 2]);
  const taken = machine.hear([messageType.task, 40, 9, 1, input, assets, 200, 100, 5_000, 3, trace, null]);
  assert.deepEqual(taken, [{
    type: "compute",
    job: {
      job: 0,
      kernel: kernelHex,
      input,
      assets: ["ef".repeat(32)],
      dueMs: machine.nowMs + 200,
      fuelLimit: 5_000,
      priority: 3,
    },
  }]);
  const done = sent(machine.finish(0));
  assert.deepEqual(done, [[messageType.result, 40, 9, new Uint8Array([0]), 10, 5, trace]]);
  assert.deepEqual(machine.finish(0), [], "a second report of the same job changes nothing");
});

Deno.test("step() takes an attempt that is sent twice once, and closes when its fence changed", () => {
  const machine = liveMachine();
  machine.task(1, 1);
  assert.deepEqual(machine.task(1, 1), []);
  assert.equal(only(machine.task(1, 2), "close")[0]?.closeCode, 4409);
});

Deno.test("step() gives back what exceeds its window, and fails what no verified kernel can compute", () => {
  const machine = liveMachine({ window: 2 });
  machine.task(1);
  machine.task(2);
  assert.deepEqual(sent(machine.task(3)), [[messageType.handBack, [[3, 1]], "the window is full"]]);
  machine.finish(0);
  const unknown = machine.hear([messageType.task, 4, 1, 2, new Uint8Array(), null, 9, 9, 9, 0, null, null]);
  assert.deepEqual(only(unknown, "compute"), []);
  assert.equal(sent(unknown)[0]?.[3], "kernel.unknown");
});

Deno.test("step() answers a cancelled attempt once, with its cost and without its output", () => {
  const machine = liveMachine({ window: 1 });
  machine.task(1);
  assert.deepEqual(machine.hear([messageType.cancel, 1, 99]), [], "another fence is another attempt");
  assert.deepEqual(machine.hear([messageType.cancel, 1, 1]), [{ type: "cancel", job: 0 }]);
  assert.deepEqual(machine.hear([messageType.cancel, 1, 1]), []);
  assert.equal(only(machine.task(2), "compute").length, 1, "a cancelled attempt takes no room in the window");
  assert.deepEqual(sent(machine.finish(0)), [
    [messageType.failure, 1, 1, "task.cancelled", "Not needed any more", 10, 5],
  ]);
});

Deno.test("step() delivers on the resumed connection what was computed without one", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.task(2);
  const [connect] = only(machine.drop(), "connect");
  assert.equal(connect?.session, "s1");
  assert.deepEqual(machine.finish(0), []);
  const messages = sent(machine.join(true));
  assert.equal(messages[0]?.[0], messageType.ready);
  assert.deepEqual(messages.slice(1), [[messageType.result, 1, 1, new Uint8Array([0]), 10, 5, null]]);
  assert.deepEqual(sent(machine.finish(1)), [[messageType.result, 2, 1, new Uint8Array([1]), 10, 5, null]]);
});

Deno.test("step() discards what an earlier session left when it was not resumed", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.task(2);
  machine.drop();
  machine.finish(0);
  const effects = machine.join(false, "s2");
  assert.deepEqual(only(effects, "forget"), [{ type: "forget", job: 1 }]);
  assert.deepEqual(sent(effects).map((message) => message[0]), [messageType.ready]);
  machine.prepare();
  assert.equal(only(machine.task(2), "compute").length, 1, "the new session may use the number again");
  assert.deepEqual(machine.finish(1), [], "a late result of the old session is not sent as the new one's");
});

Deno.test("step() forgets a session that cannot be resumed any more, but takes a welcome that does", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.drop();
  assert.deepEqual(machine.on({ type: "tick" }, 30_000), []);
  assert.deepEqual(machine.on({ type: "tick" }, 1), [{ type: "forget", job: 0 }]);
  assert.equal(machine.state.jobs.size, 0);
  assert.deepEqual(only(machine.join(true), "close"), []);
});

Deno.test("step() gives back a result that there is no room to keep", () => {
  const machine = liveMachine({ undeliveredBytesMax: 1 });
  machine.task(1);
  machine.task(2);
  machine.drop();
  machine.finish(0);
  machine.finish(1);
  const kinds = sent(machine.join(true)).map((message) => message[0]);
  assert.deepEqual(kinds, [messageType.ready, messageType.result, messageType.handBack]);
});

Deno.test("step() ends a connection that breaks the order, with a code", () => {
  const early = new Machine();
  early.on({ type: "started" });
  early.on({ type: "opened", connection: 1 });
  assert.equal(only(early.hear(taskMessage(1)), "close")[0]?.closeCode, 4409);
  const twice = liveMachine();
  const again = twice.hear([messageType.welcome, "s1", true, "i1", 5_000, 30_000, 1024, null]);
  assert.equal(only(again, "close")[0]?.closeCode, 4409);
  const stranger = new Machine();
  stranger.on({ type: "started" });
  assert.equal(only(stranger.join(true), "close")[0]?.closeCode, 4409, "nothing was there to resume");
});

Deno.test("step() closes with the code of a frame it cannot read, and connects again", () => {
  const machine = liveMachine();
  machine.task(1);
  const broken = machine.on({ type: "broken", connection: 1, code: "protocol.malformed", text: "bad" });
  assert.deepEqual(only(broken, "close"), [{ type: "close", closeCode: 4400, text: "bad" }]);
  assert.deepEqual(machine.task(2), [], "nothing more is read from that connection");
  const [connect] = only(machine.drop(), "connect");
  assert.equal(connect?.session, "s1");
  machine.finish(0);
  assert.equal(sent(machine.join(true)).length, 2);
});

Deno.test("step() ignores events of an earlier connection", () => {
  const machine = liveMachine();
  machine.drop();
  machine.join(true);
  assert.deepEqual(machine.on({ type: "message", connection: 1, message: taskMessage(5) }), []);
  assert.deepEqual(
    machine.on({ type: "closed", connection: 1, code: "connection.lost", text: "", draw: 0 }),
    [],
  );
  assert.deepEqual(machine.on({ type: "broken", connection: 1, code: "protocol.limit", text: "" }), []);
});

Deno.test("step() drops a silent coordinator, and says something itself each heartbeat", () => {
  const machine = liveMachine();
  assert.deepEqual(machine.on({ type: "tick" }, 4_999), []);
  assert.deepEqual(sent(machine.on({ type: "tick" }, 1)), [[messageType.probe, 1]]);
  assert.deepEqual(sent(machine.hear([messageType.probe, 77], 14_000)), [[messageType.echo, 77]]);
  assert.deepEqual(only(machine.on({ type: "tick" }, 20_000), "close"), []);
  assert.equal(only(machine.on({ type: "tick" }, 1), "close")[0]?.closeCode, 4408);
});

Deno.test("step() waits longer after each failure, by the draw, up to a cap", () => {
  const machine = new Machine();
  machine.on({ type: "started" });
  const waits = Array.from({ length: 9 }, () => only(machine.drop(0.5), "connect")[0]?.afterMs);
  assert.deepEqual(waits, [125, 250, 500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500]);
  machine.join();
  assert.equal(only(machine.drop(0.5), "connect")[0]?.afterMs, 7_500, "a welcome alone proves nothing");
  machine.join(true);
  machine.on({ type: "tick" }, 10_000);
  assert.equal(only(machine.drop(0.5), "connect")[0]?.afterMs, 125, "a connection that lasted does");
  assert.equal(only(machine.drop(0.5, "auth.refused"), "connect")[0]?.afterMs, 90_000);
});

Deno.test("step() believes the coordinator's last words over the close code", () => {
  const machine = liveMachine();
  machine.hear([messageType.error, "protocol.version", "Too old", "Update."]);
  assert.equal(only(machine.drop(0), "connect")[0]?.afterMs, 60_000);
});

Deno.test("step() finishes what is in hand when the coordinator drains, then connects again", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.hear([messageType.drain, "coordinator.draining", 4_000]);
  assert.deepEqual(only(machine.on({ type: "tick" }, 3_999), "close"), []);
  machine.finish(0);
  assert.equal(only(machine.on({ type: "tick" }), "close")[0]?.closeCode, 1000);
  machine.state.failures = 9;
  assert.equal(only(machine.drop(0.5), "connect")[0]?.afterMs, 125);
});

Deno.test("step() takes a kernel that became unfit out of service, says so to the coordinator, and takes no task for it", () => {
  const machine = liveMachine();
  const text = "it ended what it runs in 5 times";
  const report = machine.on({ type: "unfit", kernel: kernelHex, text });
  assert.deepEqual(sent(report), [[messageType.kernelState, 1, false, "kernel.unfit", text]]);
  assert.equal(only(report, "say").length, 1);
  assert.deepEqual(statusOf(machine.state, machine.nowMs).outOfService, [text]);
  assert.equal(sent(machine.task(1))[0]?.[3], "kernel.unknown");
  assert.deepEqual(sent(machine.on({ type: "unfit", kernel: kernelHex, text })), [], "said once");
  assert.equal(only(machine.on({ type: "tick" }, 1_000_000), "prepare").length, 0, "and never tried again");
});

Deno.test("step() says again on the next connection that a kernel is unfit", () => {
  const machine = liveMachine();
  machine.on({ type: "unfit", kernel: kernelHex, text: "it ended too much" });
  machine.drop(0);
  machine.join();
  machine.hear([messageType.kernelOffer, 4, Uint8Array.fromHex(kernelHex), new Uint8Array(1)]);
  const report = machine.on({
    type: "prepared",
    kernel: kernelHex,
    code: "kernel.unfit",
    text: "it ended too much",
  });
  assert.deepEqual(sent(report), [[messageType.kernelState, 4, false, "kernel.unfit", "it ended too much"]]);
  assert.deepEqual(statusOf(machine.state, machine.nowMs).outOfService, ["it ended too much"]);
});
