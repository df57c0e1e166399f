// Two workers of one speed and a third that is ten times slower: who gets how much work, and how much time for it.
import { assert } from "../deps.ts";
import { sourceOf } from "../../coordinator/gateway/mod.ts";
import { messageType as t, parseToWorker } from "../../protocol/mod.ts";
import { eventually } from "./eventually.ts";
import type { Client } from "../../sdk/mod.ts";
import { runTask, withFleet } from "./fleet.ts";
import { pacedIsolates } from "./paced_isolate.ts";
import { Wiretap } from "./wiretap.ts";
import { paths, type Work } from "./work.ts";

const fastMs = 10;
const slowMs = 10 * fastMs;
const fastLagMs = 6;
/** Enough for everybody's times to be known, the slow first task of a cold start forgotten. */
const probationResults = 20;

/** The leases in the tasks that a worker has received, in milliseconds. */
function leasesOf(tap: Wiretap): number[] {
  const messages = tap.frames.flat().flatMap((frame) => parseToWorker(frame));
  return messages.filter((message) => message[0] === t.task).map((task) => task[7]);
}

/** How many of so many tasks each worker answers, while so many are in flight. */
async function shares(
  client: Client,
  work: Work,
  sources: readonly string[],
  tasks: number,
  inFlight: number,
): Promise<number[]> {
  const answered = sources.map(() => 0);
  let left = tasks;
  const one = async () => {
    while (left-- > 0) {
      const { source } = await runTask(client, work, work.next());
      const at = sources.indexOf(source ?? "");
      if (at >= 0) answered[at]!++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return answered;
}

/** A machine whose timers come late makes all workers equally slow: it is asked again. */
const attempts = 3;

Deno.test("a ten times slower worker gets a small share of the work, and a lease from its own times", async () => {
  for (let attempt = 1;; attempt++) {
    try {
      return await compete();
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
});

async function compete(): Promise<void> {
  await withFleet({ trust: { probationResults } }, async (fleet) => {
    // The slow worker is the nearest: who looks at round trips alone prefers it.
    await using fastTap = new Wiretap(fleet.url, fastLagMs);
    await using otherTap = new Wiretap(fleet.url, fastLagMs);
    await using slowTap = new Wiretap(fleet.url);
    const { project, key } = await fleet.project("slow worker");
    const workers = await Promise.all([
      fleet.join("fast 1", { createIsolate: pacedIsolates(fastMs) }, fastTap.url),
      fleet.join("fast 2", { createIsolate: pacedIsolates(fastMs) }, otherTap.url),
      fleet.join("slow", { createIsolate: pacedIsolates(slowMs) }, slowTap.url),
    ]);
    const sources = workers.map(({ worker }) => sourceOf(project, worker));
    const client = await fleet.connect(key);
    const work = paths(61);
    await fleet.trustAll(client, work);

    // One at a time: all are idle, so whoever is asked was chosen.
    const [, , slowAlone] = await shares(client, work, sources, 60, 1);
    assert.ok(
      slowAlone! <= 8,
      `the slow worker was chosen for ${slowAlone} of 60 tasks, any of the three idle`,
    );

    // More than there is room for: by their speeds the slow one can do one in 21.
    const [fast1, fast2, slow] = await shares(client, work, sources, 300, 10);
    const all = fast1! + fast2! + slow!;
    assert.ok(all >= 150, `${all} of 300 were answered by workers`);
    assert.ok(slow! > 0, "the slow worker has work when there is plenty");
    assert.ok(slow! <= 0.15 * all, `the slow worker had ${slow} of ${all} tasks`);
    assert.ok(
      Math.min(fast1!, fast2!) > slow!,
      `the fast workers had ${fast1} and ${fast2}, the slow one ${slow}`,
    );

    // The slow worker's own times, and nobody else's: all its leases cover them, a fast worker's are far shorter.
    const slowLeases = leasesOf(slowTap).slice(probationResults);
    assert.ok(slowLeases.length > 0);
    for (const leaseMs of slowLeases) assert.ok(leaseMs >= slowMs, `${leaseMs} ms for ${slowMs} ms of work`);
    const slowLease = Math.min(...slowLeases);
    assert.ok(slowLease <= 10 * slowMs, `${slowLease} ms for ${slowMs} ms of work`);
    await eventually("a fast worker's lease is far shorter than the slow one's", async () => {
      await runTask(client, work, work.next());
      return leasesOf(fastTap).at(-1)! < 0.7 * slowLease;
    });
  });
}
