import { P2c2rError } from "../../protocol/mod.ts";
import { endorse, generateSigner, type Pins, type RosterEntry, signerEntries } from "../../sandbox/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../../tests/deps.ts";
import { ReleaseFloors } from "./release_floors.ts";
import { SignerPins } from "./signer_pins.ts";

const [one, two] = [await generateSigner(), await generateSigner()];
const pinsOf = (...signers: readonly typeof one[]): Pins =>
  new Map(signers.map(({ keyId, publicKey }) => [keyId, publicKey]));
const rosterOf = (...signers: readonly typeof one[]): readonly RosterEntry[] =>
  signerEntries(pinsOf(...signers));
const none = new Map();
const isDamage = (error: unknown) => error instanceof P2c2rError && error.code === "config.invalid";

Deno.test("SignerPins trusts on first use, and only compares afterwards, each coordinator by itself", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/signers.json`;
    const pins = await SignerPins.open(path, "http://a", new Map());
    const kept = { isFirst: false, added: none, dropped: none, refused: none };
    assert.deepEqual(await pins.settle(rosterOf(one)), { ...kept, isFirst: true, added: pinsOf(one) });
    assert.deepEqual(await pins.settle(rosterOf(one)), kept);
    const again = await SignerPins.open(path, "http://a", new Map());
    assert.deepEqual(await again.settle(rosterOf(one, two)), { ...kept, refused: pinsOf(two) });
    assert.deepEqual(again.pins, pinsOf(one));
    const other = await SignerPins.open(path, "http://b", new Map());
    assert.equal(other.pins.size, 0);
    await other.settle(rosterOf(two));
    assert.deepEqual((await SignerPins.open(path, "http://a", new Map())).pins, pinsOf(one));
  });
});

Deno.test("SignerPins pins given signers in place of those before", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/signers.json`;
    await (await SignerPins.open(path, "http://a", new Map())).settle(rosterOf(one));
    await SignerPins.open(path, "http://a", pinsOf(two));
    assert.deepEqual((await SignerPins.open(path, "http://a", new Map())).pins, pinsOf(two));
  });
});

Deno.test("SignerPins follows a signer to the next one, also when the first is not listed any more", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/signers.json`;
    const reopened = () => SignerPins.open(path, "http://a", new Map());
    const next = await endorse(two, one);
    await (await reopened()).settle(rosterOf(one));
    const both = await (await reopened()).settle([...rosterOf(one), next]);
    assert.deepEqual([both.added, both.dropped, both.refused], [pinsOf(two), none, none]);
    assert.deepEqual((await reopened()).pins, pinsOf(one, two));
    const retired = await (await reopened()).settle([next]);
    assert.deepEqual([retired.added, retired.dropped, retired.refused], [none, pinsOf(one), none]);
    assert.deepEqual((await reopened()).pins, pinsOf(two));
    // The one that is gone stays gone: it would need somebody's word now.
    const back = await (await reopened()).settle([...rosterOf(one), next]);
    assert.deepEqual([back.added, back.refused], [none, pinsOf(one)]);
    // A worker that was away during all of it takes both steps at once.
    const away = await SignerPins.open(`${folder}/away.json`, "http://a", pinsOf(one));
    await away.settle([next]);
    assert.deepEqual(away.pins, pinsOf(two));
  });
});

Deno.test("SignerPins keeps the signers it has when none of those offered is trusted, or none is offered", async () => {
  await withTempFolder(async (folder) => {
    const pins = await SignerPins.open(`${folder}/signers.json`, "http://a", pinsOf(one));
    for (const roster of [[], rosterOf(two)]) {
      const settled = await pins.settle(roster);
      assert.deepEqual([settled.added, settled.dropped], [none, none]);
      assert.deepEqual(pins.pins, pinsOf(one));
    }
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
