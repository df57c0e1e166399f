// The promise of durability, kept by killing: whatever the moment, the next start finds every flush that was confirmed,
// at most one that was not, nothing twice, and books that balance.
import { Bookkeeper, unpackAudit } from "../../coordinator/ledger/mod.ts";
import { openStore, type Store } from "../../coordinator/store/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../deps.ts";
import { StoreClock } from "./store_clock.ts";
import { auditsPerStep, claimOf, fuelOf, workers } from "./store_kill_child.ts";

const rounds = Deno.args.includes("--long") ? 300 : 20;

/** What the child had said when it was killed. */
interface LastWords {
  readonly started: number;
  readonly done: number;
}

Deno.test(`a process killed ${rounds} times loses at most one flush each and counts nothing twice`, () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const expected = { charged: 0, granted: 0, refused: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const instance = `run-${round}`;
      const steps = Math.floor(Math.random() * 12) - 1;
      const words = await runAndKill(path, instance, steps, Math.random() * 12);
      const store = await openStore({ path });
      const moment = `round ${round}, killed after start ${words.started}, done ${words.done}`;
      const last = await judgeFlushes(store, instance, words, moment);
      for (let step = 0; step <= last; step += 1) {
        expected.charged += fuelOf(step);
        expected[step < last ? "granted" : "refused"] += claimOf(step);
      }
      await judgeBooks(store, `judge-${round}`, expected, moment);
      await store.close();
    }
  }));

/** Starts the child, waits for `start <steps>` (not at all below 0) and kills it `delayMs` later. */
async function runAndKill(
  path: string,
  instance: string,
  steps: number,
  delayMs: number,
): Promise<LastWords> {
  const script = new URL("./store_kill_child.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", "--allow-write", script, path, instance],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const words = { started: -1, done: -1 };
  let killing: ReturnType<typeof setTimeout> | undefined;
  const kill = () => killing ??= setTimeout(() => child.kill("SIGKILL"), delayMs);
  try {
    const lines = child.stdout.pipeThrough(new TextDecoderStream());
    let rest = "";
    if (steps < 0) setTimeout(kill, 100 + 20 * delayMs);
    for await (const part of lines) {
      const whole = (rest + part).split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) {
        const [what, step] = line.split(" ");
        if (what !== "start" && what !== "done") assert.fail(`the child says ${line}`);
        words[what === "start" ? "started" : "done"] = Number(step);
      }
      if (steps >= 0 && words.started >= steps) kill();
    }
  } finally {
    clearTimeout(killing);
  }
  assert.equal((await child.status).signal, "SIGKILL");
  return words;
}

/** Flushes are there from the first to the last confirmed one, at most one more, and each is whole. */
async function judgeFlushes(
  store: Store,
  instance: string,
  words: LastWords,
  moment: string,
): Promise<number> {
  const batches = (await store.audit.batches(0, 100_000)).filter((batch) => batch.instance === instance);
  const last = batches.length - 1;
  assert.deepEqual(batches.map(({ seq }) => seq), Array.from(batches.keys()), moment);
  assert(last >= words.done, `${moment}: ${batches.length} flushes`);
  assert(last <= words.started, `${moment}: ${batches.length} flushes`);
  const tasks = batches.flatMap(({ audit }) => unpackAudit(audit).map(({ task }) => task));
  assert.deepEqual(tasks, Array.from({ length: batches.length * auditsPerStep }, (_, n) => n), moment);
  const trust = (await store.workers.load("w0"))?.record.kernels.get("k@1.0.0");
  if (last >= 0) assert.equal(trust?.right, last, moment);
  return last;
}

/** After recovery the books hold exactly what the flushes said, and nothing is pending. */
async function judgeBooks(
  store: Store,
  instance: string,
  expected: { readonly charged: number; readonly granted: number; readonly refused: number },
  moment: string,
): Promise<void> {
  const clock = new StoreClock();
  const book = await Bookkeeper.open({
    store,
    instance,
    project: () => "p1",
    kernel: () => ({ id: "k", version: "1.0.0", price: 1_000_000 }),
    nowMs: clock.nowMs,
    schedule: clock.schedule,
    onState: (state) => assert.fail(`${moment}: the judge's books are ${state}`),
  });
  assert.equal(book.balance("p1"), 0 - expected.charged, moment);
  const { granted, refused } = {
    granted: Math.round(expected.granted),
    refused: Math.round(expected.refused),
  };
  for (const [worker, credit] of await book.credits(workers)) {
    const claimed = granted + refused;
    assert.deepEqual(credit, { claimed, pending: 0, granted, refused }, `${moment}: ${worker}`);
  }
  const operator = (await store.ledger.balances(["operator"])).get("operator");
  assert.equal(operator, expected.charged - workers.length * granted, moment);
  await book.stop();
}
