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
/** What caches and collectors may keep; a runaway that stayed would hold its 256 KiB and its thread. */
const MEMORY_SLACK_BYTES = 96 * 1024 * 1024;
const PATIENCE_MS = 30_000;

/** Lets the herd run, and looks before and after. */
async function expectGone(herd: Herd, root: () => number): Promise<void> {
  assert.deepEqual(await herd.run(WARM_UP), []);
  const before = await settled(root(), { processes: Infinity, threads: Infinity, residentBytes: Infinity });
  assert.deepEqual(await herd.run(COUNT), []);
  const after = await settled(root(), before);
  assert.ok(after.processes <= before.processes, `${before.processes} processes became ${after.processes}`);
  assert.ok(after.threads <= before.threads, `${before.threads} threads became ${after.threads}`);
  const grownBytes = after.residentBytes - before.residentBytes;
  assert.ok(grownBytes <= MEMORY_SLACK_BYTES, `memory grew by ${grownBytes} bytes`);
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
