import { generateSigner, type Pins } from "../sandbox/mod.ts";
import { withTempFolder } from "../tools/temp_folder.ts";
import { assert } from "../tests/deps.ts";
import { SignerPins } from "./disk/signer_pins.ts";
import { settleSigners } from "./signers.ts";

Deno.test("settleSigners() says aloud whom it trusts and whom it does not, each sentence once", async () => {
  await withTempFolder(async (folder) => {
    const [one, two] = [await generateSigner(), await generateSigner()];
    let offered: Pins = new Map();
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
    offered = new Map([[one.keyId, one.publicKey]]);
    await settle();
    await settle();
    offered = new Map([[two.keyId, two.publicKey]]);
    await settle();
    await settle();
    assert.deepEqual(said.map(([level]) => level), ["info", "warning"]);
    assert.ok(said[0]?.[1].includes(`--signer ${one.publicKey.toHex()}`));
    assert.ok(said[1]?.[1].includes(`--signer ${two.publicKey.toHex()}`));
  });
});
