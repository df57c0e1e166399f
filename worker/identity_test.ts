import { P2c2rError, sha256Hex } from "../protocol/mod.ts";
import { withTempFolder } from "../tools/temp_folder.ts";
import { assert } from "../tests/deps.ts";
import { challengeMessage, loadIdentity } from "./identity.ts";

Deno.test("loadIdentity() makes a key once, readable by its owner only, and loads it ever after", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/identity.key`;
    const made = await loadIdentity(path);
    assert.equal(made.made, true);
    if (Deno.build.os !== "windows") {
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
      await Deno.chmod(path, 0o644);
    }
    const loaded = await loadIdentity(path);
    assert.equal(loaded.made, false);
    assert.deepEqual([loaded.publicKey, loaded.worker], [made.publicKey, made.worker]);
    assert.equal(made.worker, (await sha256Hex(made.publicKey)).slice(0, 32));
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  });
});

Deno.test("Identity.sign() signs a challenge for one host, under this protocol's own words", async () => {
  await withTempFolder(async (folder) => {
    const { sign, publicKey } = await loadIdentity(`${folder}/identity.key`);
    const challenge = new Uint8Array([1, 2, 3]);
    const signature = await sign("example.org:8765", challenge);
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    const holds = (message: Uint8Array<ArrayBuffer>) =>
      crypto.subtle.verify("Ed25519", key, signature, message);
    const text = new TextEncoder().encode("p2c2r.v1 worker challenge\nexample.org:8765\n");
    assert.ok(await holds(Uint8Array.of(...text, 1, 2, 3)));
    assert.equal(await holds(challengeMessage("other.example:8765", challenge)), false);
  });
});

Deno.test("loadIdentity() refuses a damaged file and leaves it as it is", async () => {
  await withTempFolder(async (folder) => {
    const path = `${folder}/identity.key`;
    const textOfNew = async (name: string) => {
      await loadIdentity(`${folder}/${name}`);
      return await Deno.readTextFile(`${folder}/${name}`);
    };
    const whole = await textOfNew("identity.key");
    const publicAt = whole.indexOf("-----BEGIN PUBLIC KEY-----");
    const at = whole.indexOf("\n") + 40; // inside the key itself, where no structure gives damage away
    const damaged = {
      "empty": "",
      "cut off": whole.slice(0, 60),
      "without its public key": whole.slice(0, publicAt),
      "with one character changed": whole.slice(0, at) + (whole[at] === "A" ? "B" : "A") +
        whole.slice(at + 1),
      "with the public key of another": whole.slice(0, publicAt) +
        (await textOfNew("another.key")).slice(publicAt),
      "not base64": whole.replace(/^M/m, "!"),
    };
    for (const [how, text] of Object.entries(damaged)) {
      await Deno.writeTextFile(path, text);
      const isDamage = (error: unknown) =>
        error instanceof P2c2rError && error.code === "config.invalid" && /damaged/.test(error.message);
      await assert.rejects(loadIdentity(path), isDamage, how);
      assert.equal(await Deno.readTextFile(path), text);
    }
  });
});
