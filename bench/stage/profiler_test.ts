import { assert } from "../../tests/deps.ts";
import { root } from "../../tools/demo/cast.ts";
import { toFileUrl } from "../../tools/temp_folder.ts";
import { summed } from "./profiler.ts";

Deno.test("summed() adds up each function's own time, and leaves idling and the inspector out", () => {
  const node = (id: number, functionName: string, url: string, lineNumber = 0) => ({
    id,
    callFrame: { functionName, url, lineNumber },
  });
  const core = `${toFileUrl(root)}coordinator/scheduler/step.ts`;
  const profile = summed({
    nodes: [
      node(1, "(idle)", ""),
      node(2, "step", core, 4),
      // The same function on another way to it.
      node(3, "step", core, 4),
      node(4, "", core, 9),
      node(5, "pack", "file:///cache/npm/registry/msgpackr/2.1.3/pack.js"),
      node(6, "emit", "ext:deno_node/inspector_network_bridge.js"),
    ],
    startTime: 1_000,
    endTime: 2_000,
    samples: [1, 2, 3, 4, 5, 6, 2],
    timeDeltas: [300, 100, 50, 20, 40, 10, 5],
  });
  assert.deepEqual(profile, {
    totalUs: 1_000,
    inspectorUs: 10,
    functions: [
      { name: "step", file: "coordinator/scheduler/step.ts", us: 155 },
      { name: "pack", file: "msgpackr/2.1.3/pack.js", us: 40 },
      { name: "(anonymous, line 10)", file: "coordinator/scheduler/step.ts", us: 20 },
    ],
  });
});
