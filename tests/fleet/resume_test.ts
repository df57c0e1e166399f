// A request that is repeated after a resume while its answer is on the way: answered once all the same.
import { assert } from "../deps.ts";
import { messageType as t } from "../../protocol/mod.ts";
import { joinBackend } from "../e2e/coordinator_backend.ts";
import { startRig, until } from "../e2e/coordinator_rig.ts";

Deno.test("a repetition that crosses its answer after a resume is not answered, computed or paid a second time", async () => {
  await using rig = await startRig();
  const inFlight = async () => (await rig.running.status()).queue.inFlight;
  const first = await joinBackend(rig.url, rig.key);
  rig.compute.hold = true;
  const input = Uint8Array.of(1, 2, 3);
  first.submit(1, input);
  await until(async () => await inFlight() === 1);
  first.peer.drop();
  const second = await joinBackend(rig.url, rig.key, first.session);
  assert.ok(second.resumed);
  rig.compute.release();
  await second.end(1);
  second.submit(1, input); // sent before the answer was read
  second.submit(2, Uint8Array.of(4));
  await second.end(2);
  const answers = second.peer.received.filter((message) => message[0] === t.answer).map((message) =>
    message[1]
  );
  assert.deepEqual(answers, [1, 2]);
  assert.equal((await rig.running.status()).tasks.submitted, 2);
});
