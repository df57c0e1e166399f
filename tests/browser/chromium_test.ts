import { assert } from "../deps.ts";
import { chromium, withPage } from "./chromium.ts";

const ignore = chromium === undefined;

Deno.test({
  name: "a page runs this repository's modules, and says what went wrong in them (needs Chromium)",
  ignore,
  async fn() {
    await withPage(async (page) => {
      const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
      assert.equal(await page.call("tests/browser/probe_page.ts", "digestOf", "abc"), hash);
      await assert.rejects(page.call("tests/browser/probe_page.ts", "fail", "on purpose"), /on purpose/);
      assert.deepEqual(page.strange, []);
      await assert.rejects(page.call("tests/browser/no_such_file.ts", "fail"), /Failed to fetch/);
      assert.deepEqual(page.strange, ["/tests/browser/no_such_file.ts"]);
    });
  },
});
