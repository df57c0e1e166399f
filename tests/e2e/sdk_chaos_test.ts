// Everything that can happen to a connection, drawn from a seed, while hundreds of tasks run: each settles once and in
// time, the window holds, and nothing is left behind. When the trouble ends, every task is answered again.
import { assert } from "../deps.ts";
import { connect, defineKernel, P2c2rError } from "../../sdk/mod.ts";
import { messageType as t } from "../../protocol/mod.ts";
import { apiKey, FakeCoordinator, type FakeOptions, problem } from "./sdk_fake_coordinator.ts";

const echo = defineKernel({
  id: "echo",
  version: "1.0.0",
  encodeInput: (text: string) => new TextEncoder().encode(text),
  decodeOutput: (bytes) => new TextDecoder().decode(bytes),
});

/** Uniform in 0…1, from a seed (Park and Miller's minimal standard generator). */
function drawsOf(seed: number): () => number {
  let state = seed;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

const windowMax = 8;
const graceMs = 50;
/** Longer than any wait between two attempts to connect. */
const calmDeadlineMs = 60_000;

for (const seed of [1, 2]) {
  Deno.test(`run() settles every task once and in time whatever the coordinator does, seed ${seed}`, async () => {
    const draw = drawsOf(seed * 7919);
    let calm = false;
    const options: FakeOptions = {
      windowMax,
      refuseUpgrade: () => {
        options.resume = draw() < 0.5;
        return !calm && draw() < 0.2 ? problem(503, "coordinator.draining", { retryMs: 1 }) : undefined;
      },
    };
    await using fake = new FakeCoordinator(options);
    options.onSubmit = (submit, connection) => {
      if (connection.askedFor !== connection.session) {
        assert.ok(connection.unsettled.size <= windowMax, "window");
      }
      const fate = calm ? 1 : draw();
      if (fate < 0.02) return connection.drop();
      if (fate < 0.03) return connection.send([t.drain, "coordinator.draining", 1000]);
      if (fate < 0.1) return; // forgotten
      const settle = () => {
        if (!connection.unsettled.has(submit[1])) return; // withdrawn meanwhile
        if (fate < 0.2) connection.refuse(submit, "task.overload");
        else connection.answer(submit);
      };
      if (fate < 0.5) setTimeout(settle, draw() * 20);
      else settle();
    };
    await using client = await connect(fake.url, { apiKey, graceMs });
    const late: number[] = [];
    let answered = 0;
    const one = async (i: number, deadlineMs: number): Promise<void> => {
      const startMs = performance.now();
      try {
        const { output } = await client.run(echo, `task ${i}`, { deadlineMs });
        assert.equal(output, `task ${i}`);
        answered++;
      } catch (error) {
        assert.ok(
          error instanceof P2c2rError && ["task.deadline", "task.overload"].includes(error.code),
          `${error}`,
        );
      }
      const overMs = performance.now() - startMs - deadlineMs - graceMs;
      if (overMs > 0) late.push(overMs);
    };
    for (let wave = 0; wave < 6; wave++) {
      await Promise.all(Array.from({ length: 40 }, (_, i) => one(wave * 40 + i, 20 + draw() * 600)));
    }
    assert.ok(late.every((overMs) => overMs < 2_000), `over by ${late}`); // a busy machine's timers, not a rule
    calm = true;
    answered = 0;
    await Promise.all(Array.from({ length: 40 }, (_, i) => one(i, calmDeadlineMs)));
    assert.equal(answered, 40);
    assert.equal(client.waiting, 0);
    assert.ok(fake.connections.length > 1);
  });
}
