import { assert } from "../../tests/deps.ts";
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { physics } from "../../tasks-as/physics/codec.ts";
import { type Core, instantiateCore, loadCore } from "../../tasks-as/testing/core.ts";
import { lieOdds } from "./lie_odds.ts";
import { liesByKernel, tell } from "./lies.ts";
import { demoMaps, freeCell, largestPart, seeded } from "./maps.ts";
import { pileScene } from "./pile_work.ts";

interface Honest {
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
  readonly output: Uint8Array;
}

const told = 60;

function pathTasks(core: Core): Honest[] {
  const random = seeded(11);
  const maps = demoMaps(random);
  return Array.from({ length: told }, (_, no) => {
    const map = maps[no % maps.length]!;
    const part = largestPart(map);
    const pairs = Array.from({ length: 16 }, () => {
      const [[startX, startY], [goalX, goalY]] = [freeCell(map, part, random), freeCell(map, part, random)];
      return { startX, startY, goalX, goalY };
    });
    return honest(core, pathfind.encodeInput({ pairs }), [pathfind.encodeGrid(map)]);
  });
}

function pileTasks(core: Core): Honest[] {
  const tasks: Honest[] = [];
  let input: Uint8Array = pileScene(seeded(12));
  for (let frame = 0; frame < 4 * told; frame++) {
    const task = honest(core, input, []);
    if (frame % 4 === 0) tasks.push(task);
    input = physics.nextInput(task.output);
  }
  return tasks;
}

function honest(core: Core, input: Uint8Array, assets: readonly Uint8Array[]): Honest {
  const answer = core.run(input, assets);
  assert.ok(answer.type === "ok");
  return { input, assets, output: answer.output };
}

Deno.test("lieOdds has the manifests' detection", async () => {
  for (const { kernel, kernelDetection } of lieOdds) {
    const manifest = await Deno.readTextFile(
      new URL(`../../tasks-as/${kernel}/manifest.json`, import.meta.url),
    );
    assert.equal(JSON.parse(manifest).detection, kernelDetection, kernel);
  }
});

for (const kernel of ["pathfind", "physics"] as const) {
  Deno.test(`tell() tells every lie about ${kernel}, and check sees as many as the demo says`, async () => {
    const core = instantiateCore(await loadCore(kernel, { pathfind, physics }[kernel].version));
    const tasks = kernel === "pathfind" ? pathTasks(core) : pileTasks(core);
    const random = seeded(13);
    for (const lie of liesByKernel[kernel]) {
      let lies = 0;
      let caught = 0;
      for (const [no, { input, assets, output }] of tasks.entries()) {
        const earlier = tasks.at(no - 1)!.output;
        const false_ = tell(lie, { kernel, output, asset: assets[0], earlier }, random);
        if (false_ === null) continue;
        assert.notDeepEqual(false_, output, lie);
        lies++;
        const { type } = core.check(
          input,
          assets,
          false_,
          BigInt(no) * 0x9e3779b97f4a7c15n & 0xffff_ffff_ffff_ffffn,
        );
        if (type === "err") caught++;
      }
      assert.ok(lies >= 0.9 * told, `${lie} was told ${lies} times`);
      const odds = lieOdds.find((each) => each.kernel === kernel && each.lie === lie);
      assert.ok(odds !== undefined, lie);
      const stated = odds.caught / odds.told;
      const tolerance = 4 * Math.sqrt(Math.max(stated * (1 - stated), 0.003) / lies);
      assert.ok(Math.abs(caught / lies - stated) <= tolerance, `${lie}: ${caught} of ${lies}`);
    }
  });
}
