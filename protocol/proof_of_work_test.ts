import { assert, fc } from "../tests/deps.ts";
import { nonceOf, sha256, solveWork, zeroBits } from "./mod.ts";

async function hashOf(digest: Uint8Array<ArrayBuffer>, nonce: number): Promise<Uint8Array> {
  return await sha256(Uint8Array.of(...digest, ...nonceOf(nonce)));
}

Deno.test("solveWork() finds the first nonce whose hash begins with so many zero bits, as another SHA-256 sees it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.integer({ min: 0, max: 10 }),
      async (challenge, bits) => {
        const digest = await sha256(Uint8Array.from(challenge));
        const nonce = solveWork(digest, bits, 0, 200_000);
        assert.ok(nonce !== undefined);
        assert.ok(zeroBits(await hashOf(digest, nonce)) >= bits);
        if (nonce > 0) {
          assert.ok(zeroBits(await hashOf(digest, nonce - 1)) < bits, "the one before does not fit");
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("solveWork() goes on where it left off, and above 32 bits of nonce", async () => {
  const digest = await sha256(new Uint8Array([1, 2, 3]));
  const nonce = solveWork(digest, 8, 0, 100_000)!;
  assert.equal(solveWork(digest, 8, 0, nonce), undefined);
  assert.equal(solveWork(digest, 8, nonce, 1), nonce);
  const high = solveWork(digest, 8, 2 ** 40, 100_000)!;
  assert.ok(high >= 2 ** 40 && zeroBits(await hashOf(digest, high)) >= 8);
});

Deno.test("zeroBits() counts to the first bit that is set", () => {
  const cases = [[[0x80], 0], [[0x01], 7], [[0, 0x40], 9], [[0, 0, 0], 24]] as const;
  for (const [bytes, bits] of cases) assert.equal(zeroBits(Uint8Array.from(bytes)), bits);
});
