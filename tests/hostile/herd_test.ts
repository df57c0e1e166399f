// Hundreds of runaways: every one is stopped, and when they are gone nothing of them is left.
import { processes, threads } from "../../sandbox/mod.ts";
import { chromium, withPage } from "../browser/chromium.ts";
import { assert } from "../deps.ts";
import { canCount, type Census, census } from "./census.ts";
import { type Herd, holdHerd } from "./herd.ts";

const COUNT = Deno.env.get("P2C2R_LONG") === "1" ? 2_000 : 200;
/** As many at a time as make the test short and leave a small machine able to stop them. */
const ISOLATES = 4;
/** Until everything has been compiled, and everything is there that stays. */
const WARM_UP = 24;
/** What caches and collectors may keep; all runaways together have touched 800 MiB. */
const MEMORY_SLACK_BYTES = 192 * 1024 * 1024;
/** So many times a few more runaways give the collector a reason to come. */
const COLLECTIONS_MAX = 40;
const PATIENCE_MS = 30_000;

/** Lets the herd run, and looks before and after. */
async function expectGone(herd: Herd, root: () => number): Promise<void> {
  assert.deepEqual(await herd.run(WARM_UP), []);
  const before = await settled(root(), { processes: Infinity, threads: Infinity, residentBytes: Infinity });
  assert.deepEqual(await herd.run(COUNT), []);
  const after = await settled(root(), before);
  assert.ok(after.processes <= before.processes, `${before.processes} processes became ${after.processes}`);
  assert.ok(after.threads <= before.threads, `${before.threads} threads became ${after.threads}`);
  await expectCollected(herd, root(), before.residentBytes + MEMORY_SLACK_BYTES);
}

/** A memory whose task was stopped is the collector's, who comes when he likes: but he comes. */
async function expectCollected(herd: Herd, root: number, residentBytesMax: number): Promise<void> {
  for (let left = COLLECTIONS_MAX; census(root).residentBytes > residentBytesMax; left--) {
    assert.ok(
      left > 0,
      `${census(root).residentBytes} bytes of memory stay, ${residentBytesMax} were expected`,
    );
    assert.deepEqual(await herd.run(ISOLATES), []);
  }
}

/** The census when nothing is on its way any more, or when it is as it was before. */
async function settled(root: number, wanted: Census): Promise<Census> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let last = census(root);;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = census(root);
    const isCalm = wanted.threads === Infinity
      ? now.threads === last.threads && now.processes === last.processes
      : now.threads <= wanted.threads && now.processes <= wanted.processes;
    if (isCalm || performance.now() > untilMs) return now;
    last = now;
  }
}

for (const kind of [threads, processes]) {
  Deno.test({
    name: `${COUNT} runaways are stopped in ${kind.name} isolates and leave nothing behind` +
      (canCount ? "" : " (needs Linux)"),
    ignore: !canCount,
    async fn() {
      const herd = await holdHerd(kind, ISOLATES);
      try {
        await expectGone(herd, () => Deno.pid);
      } finally {
        await herd.close();
      }
    },
  });
}

Deno.test({
  name: `${COUNT} runaways are stopped in browser isolates and leave nothing behind` +
    (chromium === undefined ? " (needs Chromium)" : canCount ? "" : " (needs Linux)"),
  ignore: chromium === undefined || !canCount,
  async fn() {
    await withPage(async (page) => {
      const call = (name: string, ...args: unknown[]) =>
        page.call("tests/hostile/herd_page.ts", name, ...args);
      await call("hold", ISOLATES);
      const herd: Herd = {
        run: async (count) => await call("run", count) as string[],
        close: async () => void await call("close"),
      };
      await expectGone(herd, () => page.pid);
      await herd.close();
    });
  },
});
