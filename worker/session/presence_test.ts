import { messageType } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { liveMachine, Machine, only, sent } from "./_machine.ts";
import { statusOf } from "./status.ts";

Deno.test("pause() hands back what waits, delivers what is computed, and takes nothing more", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.task(2);
  const effects = machine.on({
    type: "command",
    command: { type: "pause", reason: "asked", forMs: 3_600_000 },
  });
  assert.deepEqual(sent(effects), [[messageType.pause, "asked", 3_600_000]]);
  assert.deepEqual(only(effects, "returnWaiting"), [{ type: "returnWaiting", reason: "asked" }]);
  assert.equal(only(effects, "rest").length, 1);
  const returned = machine.on({ type: "returned", jobs: [1], reason: "asked" });
  assert.deepEqual(sent(returned), [[messageType.handBack, [[2, 1]], "asked"]]);
  assert.deepEqual(sent(machine.task(3)), [[messageType.handBack, [[3, 1]], "asked"]]);
  assert.equal(sent(machine.finish(0))[0]?.[0], messageType.result);
});

Deno.test("pause() ends by itself, and says so", () => {
  const machine = liveMachine();
  machine.on({ type: "command", command: { type: "pause", reason: "asked", forMs: 3_000 } });
  assert.deepEqual(machine.on({ type: "tick" }, 2_999), []);
  const effects = machine.on({ type: "tick" }, 1);
  assert.deepEqual(sent(effects), [[messageType.resume, 2, 4]]);
  assert.equal(only(effects, "say").length, 1);
  assert.equal(only(effects, "wake").length, 1);
});

Deno.test("pause() without an end lasts until resume, also over a new connection", () => {
  const machine = liveMachine();
  machine.on({ type: "command", command: { type: "pause", reason: "asked", forMs: null } });
  machine.on({ type: "tick" }, 10_000_000);
  machine.drop();
  assert.deepEqual(sent(machine.join(false, "s2")).map((message) => message.slice(0, 3)), [
    [messageType.ready, 2, 4],
    [messageType.pause, "asked", null],
  ]);
  assert.equal(statusOf(machine.state, machine.nowMs).doing, "paused");
  const effects = machine.on({ type: "command", command: { type: "resume" } });
  assert.deepEqual(sent(effects), [[messageType.resume, 2, 4]]);
  assert.deepEqual(machine.on({ type: "command", command: { type: "resume" } }), []);
});

Deno.test("settleFinish() delivers the task in hand, says goodbye and ends", () => {
  const machine = liveMachine();
  machine.task(1);
  const asked = machine.on({
    type: "command",
    command: { type: "finish", reason: "ctrl-C", withinMs: 10_000 },
  });
  assert.deepEqual(sent(asked), [[messageType.pause, "ctrl-C", null]]);
  assert.deepEqual(only(asked, "exit"), []);
  const effects = machine.finish(0).filter((effect) => effect.type !== "say");
  assert.deepEqual(effects.map((effect) => effect.type), ["send", "send", "close", "exit"]);
  assert.deepEqual(sent(effects).map((message) => message[0]), [messageType.result, messageType.goodbye]);
  assert.deepEqual(machine.on({ type: "tick" }), []);
});

Deno.test("settleFinish() hands back what it could not finish in time", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.on({ type: "command", command: { type: "finish", reason: "ctrl-C", withinMs: 10_000 } });
  assert.deepEqual(only(machine.on({ type: "tick" }, 9_999), "exit"), []);
  const effects = machine.on({ type: "tick" }, 1);
  assert.deepEqual(sent(effects).map((message) => message[0]), [
    messageType.handBack,
    messageType.goodbye,
  ]);
  assert.deepEqual(only(effects, "forget"), [{ type: "forget", job: 0 }]);
  assert.equal(only(effects, "exit").length, 1);
});

Deno.test("settleFinish() ends at once without a connection and without work", () => {
  const machine = new Machine();
  machine.on({ type: "started" });
  const effects = machine.on({ type: "command", command: { type: "finish", reason: "x", withinMs: 10_000 } });
  assert.equal(only(effects, "exit").length, 1);
  assert.deepEqual(sent(effects), []);
});

Deno.test("settleFinish() waits for a connection that can still take the result", () => {
  const machine = liveMachine();
  machine.task(1);
  machine.drop();
  machine.on({ type: "command", command: { type: "finish", reason: "x", withinMs: 10_000 } });
  assert.deepEqual(only(machine.finish(0), "exit"), []);
  const effects = machine.join(true);
  assert.deepEqual(sent(effects).map((message) => message[0]), [
    messageType.ready,
    messageType.pause,
    messageType.result,
    messageType.goodbye,
  ]);
  assert.equal(only(effects, "exit").length, 1);
});
