import { P2c2rError } from "../../protocol/mod.ts";
import { generateSigner, type Pins } from "../../sandbox/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../../tests/deps.ts";
import { ReleaseFloors } from "./release_floors.ts";
import { SignerPins } from "./signer_pins.ts";

const [one, two] = [await generateSigner(), await generateSigner()];
const pinsOf = (...signers: readonly typeof one[]): Pins =>
  new Map(signers.map(({ keyId, publicKey }) => [keyId, publicKey]));
const isDamage = (error: unknown) => error instanceof P2c2rError && error.code === "config.invalid";

Deno.test("SignerPins trusts on first use, and only compares afterwards, each coordinator by itself", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/signers.json`;
    const pins = await SignerPins.open(path, "http://a", new Map());
    assert.deepEqual(await pins.settle(pinsOf(one)), { type: "trusted", signers: pinsOf(one) });
    assert.deepEqual(await pins.settle(pinsOf(one)), { type: "kept" });
    const again = await SignerPins.open(path, "http://a", new Map());
    assert.deepEqual(await again.settle(pinsOf(one, two)), { type: "refused", signers: pinsOf(two) });
    assert.deepEqual(again.pins, pinsOf(one));
    const other = await SignerPins.open(path, "http://b", new Map());
    assert.equal(other.pins.size, 0);
    await other.settle(pinsOf(two));
    assert.deepEqual((await SignerPins.open(path, "http://a", new Map())).pins, pinsOf(one));
  });
});

Deno.test("SignerPins pins given signers in place of those before", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/signers.json`;
    await (await SignerPins.open(path, "http://a", new Map())).settle(pinsOf(one));
    await SignerPins.open(path, "http://a", pinsOf(two));
    assert.deepEqual((await SignerPins.open(path, "http://a", new Map())).pins, pinsOf(two));
  });
});

Deno.test("ReleaseFloors only rise, and outlive the process", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/releases.json`;
    const floors = await ReleaseFloors.open(path, "http://a");
    assert.equal(floors.floor("pathfind"), 0);
    await Promise.all([floors.raise("pathfind", 3), floors.raise("physics", 1), floors.raise("pathfind", 2)]);
    const again = await ReleaseFloors.open(path, "http://a");
    assert.deepEqual([again.floor("pathfind"), again.floor("physics")], [3, 1]);
    assert.equal((await ReleaseFloors.open(path, "http://b")).floor("pathfind"), 0);
  });
});

Deno.test("SignerPins.open() and ReleaseFloors.open() refuse damaged files instead of starting over", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/file.json`;
    for (
      const text of [
        "",
        "{",
        "[]",
        `{"format":2}`,
        `{"format":1,"coordinators":{"http://a":{"x":-1}}}`,
        `{"format":1,"coordinators":{"http://a":[{"keyId":"00","publicKey":"AA"}]}}`,
      ]
    ) {
      await Deno.writeTextFile(path, text);
      await assert.rejects(ReleaseFloors.open(path, "http://a"), isDamage, text);
      await assert.rejects(SignerPins.open(path, "http://a", new Map()), isDamage, text);
      assert.equal(await Deno.readTextFile(path), text);
    }
  });
});
