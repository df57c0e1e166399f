import { messageType } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { liveMachine, Machine } from "./_machine.ts";
import { statusOf } from "./status.ts";

Deno.test("statusOf() says of every state without work why, and until when", () => {
  const machine = new Machine();
  const status = () => statusOf(machine.state, machine.nowMs);
  assert.equal(status().doing, "starting");
  machine.on({ type: "started" });
  machine.drop(0.5);
  assert.deepEqual([status().doing, status().reason, status().forMs], ["connecting", "gone", 125]);
  machine.join();
  assert.deepEqual([status().doing, status().reason], ["waiting", "the coordinator offers no kernel"]);
  machine.hear([messageType.kernelOffer, 1, new Uint8Array(32), new Uint8Array(1)]);
  assert.equal(status().doing, "preparing");
  machine.on({ type: "prepared", kernel: "00".repeat(32), code: "bundle.signature", text: "no" });
  assert.deepEqual([status().doing, status().reason], ["waiting", "every kernel offered was refused"]);
});

Deno.test("statusOf() shows standing and credit as the coordinator said them", () => {
  const machine = liveMachine();
  machine.hear([messageType.credit, 9, 4, 3, 2]);
  machine.hear([messageType.standing, "quarantined", "two results were wrong", 60_000]);
  const status = statusOf(machine.state, machine.nowMs + 1_000);
  assert.deepEqual([status.doing, status.reason, status.forMs], [
    "quarantined",
    "two results were wrong",
    59_000,
  ]);
  assert.deepEqual(status.credit, { claimed: 9, pending: 4, granted: 3, refused: 2 });
  machine.hear([messageType.standing, "working", "", null]);
  machine.task(1);
  assert.equal(statusOf(machine.state, machine.nowMs).doing, "computing");
});
