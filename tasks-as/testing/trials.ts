/**
 * The trials that every kernel stands: damage never traps, honest answers are never refused, each kind of lie
 * is caught as often as promised. In every run thousands of cases, a hundred thousand in the long campaign.
 */
import { assert } from "../../tests/deps.ts";
import { type Core, instantiateCore } from "./core.ts";
import { type HonestTask, measureLies, sameBytes, type Subject } from "./detection.ts";
import { type Draw, drawBelow, drawOne, drawSeed, drawsFrom } from "./draws.ts";
import { mutate } from "./mutate.ts";

/** What of a campaign is counted. */
export interface CampaignSizes {
  readonly mutations: number;
  readonly honest: number;
}

/** How long the campaigns are: `P2C2R_LONG=1` (`deno task test --long`) makes them long. */
export function campaignSizes(): CampaignSizes {
  return Deno.env.get("P2C2R_LONG") === "1"
    ? { mutations: 100_000, honest: 100_000 }
    : { mutations: 5_000, honest: 2_000 };
}

/**
 * Gives `run` and `check` so many damaged byte strings each. Every answer is bytes or a sentence: a trap
 * fails the test by itself. What `run` makes of a damaged input must pass `check`.
 */
export function mutationTrial(core: Core, tasks: readonly HonestTask[], count: number, seed: number): void {
  const draw = drawsFrom(seed);
  let runsRefused = 0;
  let checksRefused = 0;
  for (let i = 0; i < count; i++) {
    const task = drawOne(draw, tasks);
    const damaged = damage(task, draw);
    const answer = core.run(damaged.input, damaged.assets);
    if (answer.type === "err") {
      runsRefused += 1;
      assert.match(answer.message, /^Cannot /);
    } else {
      const verdict = core.check(damaged.input, damaged.assets, answer.output, drawSeed(draw));
      assert.deepEqual(verdict, { type: "ok" }, `mutation ${i} of seed ${seed}`);
    }
    const { input, assets } = draw() < 0.1 ? damage(task, draw) : task;
    const verdict = core.check(input, assets, mutate(task.output, draw), drawSeed(draw));
    if (verdict.type === "err") {
      checksRefused += 1;
      assert.match(verdict.message, /^Cannot /);
    }
  }
  assert.ok(runsRefused > count / 10, `${runsRefused} of ${count} runs refused`);
  assert.ok(checksRefused > count / 3, `${checksRefused} of ${count} checks refused`);
}

/** The task with its input, an asset or both damaged. */
function damage({ input, assets }: HonestTask, draw: Draw): Omit<HonestTask, "output"> {
  const spoiled = drawBelow(draw, assets.length);
  const isInputHit = assets.length === 0 || draw() < 0.6;
  const isAssetHit = !isInputHit || draw() < 0.3;
  return {
    input: isInputHit ? mutate(input, draw) : input,
    assets: assets.map((asset, i) => isAssetHit && i === spoiled ? mutate(asset, draw) : asset),
  };
}

/** Whether `check` accepts every honest answer that `next` makes, so many times. */
export function honestTrial(core: Core, next: () => HonestTask, count: number, seed: number): void {
  const draw = drawsFrom(seed);
  for (let i = 0; i < count; i++) {
    const { input, assets, output } = next();
    const verdict = core.check(input, assets, output, drawSeed(draw));
    assert.deepEqual(verdict, { type: "ok" }, `honest answer ${i}`);
  }
}

/** Whether each kind of lie is told often enough and caught as often as it says. */
export function lieTrial<Task extends HonestTask>(
  subject: Subject<Task>,
  core: Core,
  tasks: readonly Task[],
  count: number,
  seed: number,
): void {
  for (const { name, least, told, caught } of measureLies(subject, core, tasks, count, drawsFrom(seed))) {
    assert.ok(told >= count / 2, `${name}: told ${told} times of ${count}`);
    assert.ok(caught >= least * told, `${name}: ${caught} of ${told} caught, promised ${least}`);
  }
}

/** Whether the answers do not depend on what the memory of an instance held before. */
export function residueTrial(module: WebAssembly.Module, tasks: readonly HonestTask[]): void {
  const core = instantiateCore(module);
  for (const { input, assets, output } of tasks) {
    const cut = output.subarray(0, output.length - 1);
    for (const residue of [0xff, 0x55]) {
      core.fillFreeMemory(residue);
      const answer = core.run(input, assets);
      assert.ok(answer.type === "ok" && sameBytes(answer.output, output));
      core.fillFreeMemory(residue);
      assert.deepEqual(core.check(input, assets, output, 3n), { type: "ok" });
      core.fillFreeMemory(residue);
      assert.equal(core.check(input, assets, cut, 3n).type, "err");
    }
  }
}
