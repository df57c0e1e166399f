// The benchmarks' own coordinator, fleet and load generator: real programs whose tasks are answered by the fleet, and
// whose figures add up.
import { withCrew } from "../../bench/stage/program.ts";
import {
  makeProjects,
  measureOrder,
  startFleet,
  startLoad,
  startStagedCoordinator,
} from "../../bench/stage/stage.ts";
import { assert } from "../deps.ts";

interface Tasks {
  readonly tasks: { readonly tiers: Readonly<Record<string, number>> };
  readonly trust: { readonly caught: number; readonly rechecked: number };
  readonly workers: number;
  readonly trusted: number;
}

Deno.test("a staged fleet arrives trusted, answers for several projects as its kernel would, and is measured", async () => {
  await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator", { unbooked: true });
    const [keys] = await Promise.all([
      makeProjects(coordinator, 2),
      startFleet(crew, "fleet", coordinator.url, 3),
    ]);
    const load = await startLoad(crew, "load", coordinator.url, keys);
    const figures = await measureOrder(coordinator, load, {
      ...{ inputBytes: 180, outputBytes: 100, pace: { type: "closed", depth: 8 } },
      ...{ warmMs: 0, measureMs: 500 },
    });
    assert.equal(figures.failed, 0);
    assert.ok(figures.answered >= 8 && figures.answered >= figures.tasks);
    const { tasks, trust, workers, trusted } = await coordinator.tasks() as unknown as Tasks;
    assert.deepEqual([workers, trusted, trust.caught], [3, 3, 0]);
    assert.ok(tasks.tiers["peer"]! > 0);
    const { rssBytes, heapBytes } = await coordinator.memory();
    assert.ok(heapBytes > 1024 * 1024 && rssBytes > heapBytes);
  });
});
