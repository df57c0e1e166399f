import { endorse, generateSigner, type RosterEntry, type Signer, signerEntries } from "../sandbox/mod.ts";
import { withTempFolder } from "../tools/temp_folder.ts";
import { assert } from "../tests/deps.ts";
import { SignerPins } from "./disk/signer_pins.ts";
import { settleSigners } from "./signers.ts";

Deno.test("settleSigners() says aloud whom it trusts and whom it does not, each sentence once", async () => {
  await withTempFolder(async (folder) => {
    const [one, two] = [await generateSigner(), await generateSigner()];
    const entry = ({ keyId, publicKey }: Signer) => signerEntries(new Map([[keyId, publicKey]]));
    let offered: readonly RosterEntry[] = [];
    const said: [string, string][] = [];
    const pins = await SignerPins.open(`${folder}/signers.json`, "http://a", new Map());
    const settle = settleSigners(
      () => Promise.resolve(offered),
      pins,
      "http://a",
      (...words) => said.push(words),
    );
    await settle();
    assert.deepEqual([said.length, pins.pins.size], [0, 0], "nothing was offered");
    offered = entry(one);
    await settle();
    await settle();
    offered = entry(two);
    await settle();
    await settle();
    assert.deepEqual(said.map(([level]) => level), ["info", "warning"]);
    assert.ok(said[0]?.[1].includes(`--signer ${one.publicKey.toHex()}`));
    assert.ok(said[1]?.[1].includes(`--signer ${two.publicKey.toHex()}`));
  });
});

Deno.test("settleSigners() says that a signer follows another, and that one is gone", async () => {
  await withTempFolder(async (folder) => {
    const [one, two] = [await generateSigner(), await generateSigner()];
    const said: [string, string][] = [];
    const pins = await SignerPins.open(
      `${folder}/signers.json`,
      "http://a",
      new Map([[one.keyId, one.publicKey]]),
    );
    const offered = [await endorse(two, one)];
    await settleSigners(() => Promise.resolve(offered), pins, "http://a", (...words) => said.push(words))();
    assert.deepEqual(said.map(([level]) => level), ["info", "info"]);
    assert.match(said[0]?.[1] ?? "", new RegExp(`^${two.keyId} .* now signs kernels .* vouches for it`));
    assert.match(said[1]?.[1] ?? "", new RegExp(`signed by ${one.keyId} .* are not run any longer`));
  });
});
