import { assert } from "../tests/deps.ts";
import { sha256, workBitsMax, zeroBits } from "../protocol/mod.ts";
import { workOff } from "./joining_work.ts";

const challenge = new Uint8Array([1, 2, 3]);
const going = new AbortController().signal;

Deno.test("workOff() finds a nonce of so many bits over several slices, and says so when it takes a while", async () => {
  const said: string[] = [];
  const nonce = await workOff(challenge, 17, going, (text) => said.push(text));
  assert.match(nonce ?? "", /^[0-9a-f]{16}$/);
  const hash = await sha256(Uint8Array.of(...await sha256(challenge), ...Uint8Array.fromHex(nonce!)));
  assert.ok(zeroBits(hash) >= 17);
  assert.equal(said.length, 1);
});

Deno.test("workOff() does nothing where nothing is asked for", async () => {
  assert.equal(await workOff(challenge, undefined, going, assert.fail), null);
  assert.equal(await workOff(challenge, 0, going, assert.fail), null);
});

Deno.test("workOff() refuses more than its bound and what is no number of bits, and stops when told", async () => {
  for (const work of [workBitsMax + 1, -1, 1.5, "20", null]) {
    await assert.rejects(workOff(challenge, work, going, () => {}), { code: "auth.refused" });
  }
  await assert.rejects(workOff(challenge, workBitsMax, AbortSignal.abort(), () => {}), {
    code: "connection.lost",
  });
});
