// What a worker is sent does not depend on what is drawn about its results: it cannot know which of them are recomputed.
import { assert } from "../deps.ts";
import { messageType as t, parseToWorker, type TaskMessage } from "../../protocol/mod.ts";
import { seeded } from "../../tools/demo/maps.ts";
import { always, Draws, never } from "./draws.ts";
import { eventually } from "./eventually.ts";
import { runTask, withFleet } from "./fleet.ts";
import { quiet, StillCoordinator } from "./still_coordinator.ts";
import { Wiretap } from "./wiretap.ts";
import { paths } from "./work.ts";

const rounds = 40;
/** Claims of fuel above all that trusted compute has seen are recomputed whatever is drawn: the first ones are. */
const unmeasuredMax = 8;

/** What happened in a course of events. */
interface Course {
  /** Everything the workers received after the welcome. */
  readonly frames: readonly string[];
  /** The types of the messages in them. */
  readonly types: readonly number[];
  readonly rechecked: number;
}

/** Two workers, three tasks at a time, half a virtual minute: the same each time but for what is drawn. */
async function course(draw: number): Promise<Course> {
  using draws = new Draws(draw);
  await using coordinator = await StillCoordinator.start(2, true);
  const random = seeded(7);
  const { clock, workers } = coordinator;
  for (let round = 0; round < rounds; round++) {
    const answers = [0, 1, 2].map((no) => coordinator.submit(Uint8Array.of(round, no, 1)));
    await quiet();
    while (workers.some(({ tasks }) => tasks.length > 0)) {
      await clock.advance(1 + Math.floor(random() * 6));
      for (const worker of workers) if (worker.tasks.length > 0) worker.answer();
      await quiet();
    }
    await Promise.all(answers);
    await clock.advance(700);
  }
  assert.ok(draws.made >= 3 * rounds, "one draw for each result");
  const received = workers.map(({ frames }) => frames.slice(1));
  return {
    frames: received.flatMap((frames, no) => frames.map((frame) => `${no}: ${frame.toHex()}`)),
    types: received.flat().flatMap((frame) => parseToWorker(frame).map(([type]) => type)),
    rechecked: coordinator.counters.rechecked,
  };
}

Deno.test("all frames to workers are the same bytes whether everything is recomputed or nothing", async () => {
  const [all, none] = [await course(always), await course(never)];
  assert.equal(all.rechecked, 3 * rounds);
  assert.ok(none.rechecked <= unmeasuredMax, `${none.rechecked} rechecks without a draw for them`);
  assert.equal(all.types.filter((type) => type === t.task).length, 3 * rounds);
  assert.ok(
    [t.probe, t.credit].every((type) => all.types.includes(type)),
    "the course has more than tasks in it",
  );
  assert.deepEqual(all.frames, none.frames);
});

/** The tasks that one worker receives, one after the other, as bytes. */
async function tasksOf(draw: number, trusted: boolean, verify: "sampled" | "always"): Promise<string[]> {
  using _draws = new Draws(draw);
  await using coordinator = await StillCoordinator.start(1, trusted);
  const { clock, workers: [worker] } = coordinator;
  const random = seeded(8);
  for (let round = 0; round < rounds; round++) {
    const answer = coordinator.submit(Uint8Array.of(round, 2), verify);
    await quiet();
    await clock.advance(1 + Math.floor(random() * 6));
    worker!.answer();
    await answer;
    await quiet();
  }
  const { shadows, rechecked } = coordinator.counters;
  if (!trusted) assert.deepEqual([shadows, rechecked], [rounds, 0], "all were shadows");
  return worker!.frames.flatMap((frame) =>
    parseToWorker(frame).filter((message) => message[0] === t.task).map((message) => JSON.stringify(message))
  );
}

Deno.test("a task looks the same whether it is a shadow, served, recomputed by chance, or by wish", async () => {
  const served = await tasksOf(never, true, "sampled");
  assert.equal(served.length, rounds);
  assert.deepEqual(await tasksOf(always, true, "sampled"), served);
  assert.deepEqual(await tasksOf(never, true, "always"), served);
  assert.deepEqual(await tasksOf(never, false, "sampled"), served);
});

/** A task without the two fields that are measured, not decided: what is left of the deadline, and the worker's usual time. */
function unmeasured(task: TaskMessage): readonly unknown[] {
  return task.toSpliced(6, 2).map((field) => field instanceof Uint8Array ? field.toHex() : field);
}

/** The tasks that a real worker of a real coordinator receives. */
async function wired(
  draw: number,
): Promise<{ readonly tasks: readonly unknown[]; readonly rechecked: number }> {
  using draws = new Draws(never);
  let result: { readonly tasks: readonly unknown[]; readonly rechecked: number } | undefined;
  await withFleet({}, async (fleet) => {
    await using tap = new Wiretap(fleet.url);
    const work = paths(51);
    const client = await fleet.connect();
    await fleet.join("tapped", {}, tap.url);
    await fleet.trustAll(client, work);
    const before = (await fleet.status()).trust.rechecked;
    draws.value = draw;
    const told = paths(52);
    for (let no = 0; no < rounds; no++) await runTask(client, { ...work, next: told.next }, told.next());
    // What is recomputed may be served first.
    if (draw === always) {
      await eventually("all are recomputed", async () => {
        return (await fleet.status()).trust.rechecked - before >= rounds;
      });
    }
    const messages = tap.frames.flat().flatMap((frame) => parseToWorker(frame));
    const tasks = messages.filter((message) => message[0] === t.task);
    result = {
      tasks: tasks.slice(-rounds).map((task) => unmeasured(task)),
      rechecked: (await fleet.status()).trust.rechecked - before,
    };
  });
  return result!;
}

Deno.test("on the real wire, tasks differ in nothing but measured times whether everything is recomputed or nothing", async () => {
  const [all, none] = [await wired(always), await wired(never)];
  assert.equal(all.rechecked, rounds);
  assert.ok(none.rechecked <= unmeasuredMax, `${none.rechecked} rechecks without a draw for them`);
  assert.equal(all.tasks.length, rounds);
  assert.deepEqual(all.tasks, none.tasks);
});
