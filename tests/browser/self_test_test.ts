import { assert } from "../deps.ts";
import { chromium, withPage } from "./chromium.ts";

Deno.test({
  name: "selfTest() passes in a browser: a runaway is stopped, a memory bomb bounded" +
    (chromium === undefined ? " (needs Chromium)" : ""),
  ignore: chromium === undefined,
  async fn() {
    await withPage(async (page) => {
      const overrunMs = await page.call("tests/browser/self_test_page.ts", "overrunMs") as number;
      assert.ok(overrunMs >= -1 && overrunMs < 5_000, `${overrunMs} ms`);
      assert.deepEqual(page.strange, []);
    });
  },
});
