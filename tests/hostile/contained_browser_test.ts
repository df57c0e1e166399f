import { chromium, type Page, withPage } from "../browser/chromium.ts";
import { assert } from "../deps.ts";
import { testContained } from "./expect_contained.ts";
import type { Fought } from "./fights.ts";

const PAGE = "tests/hostile/fights_page.ts";

const { promise: page, resolve, reject } = Promise.withResolvers<Page>();
const { promise: over, resolve: end } = Promise.withResolvers<void>();
const ended = Promise.withResolvers<void>();
ended.promise.catch(() => {
  // Whoever closes the arena hears of it.
});

testContained({
  kind: "browser",
  ...(chromium === undefined ? { needs: "Chromium" } : {}),
  async open() {
    void withPage(async (opened) => {
      resolve(opened);
      await over;
      await opened.call(PAGE, "close");
      assert.deepEqual(opened.strange, [], "no kernel made the page ask for anything");
    }).then(ended.resolve, (error) => {
      reject(error);
      ended.reject(error);
    });
    await page;
  },
  fight: async (one) => await (await page).call(PAGE, "fight", one.name) as Fought,
  async close() {
    end();
    await ended.promise;
  },
});
