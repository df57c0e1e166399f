import { assert } from "../../tests/deps.ts";
import { readArgs } from "./main.ts";
import { answerOf, answers, inputOf } from "../stage/order.ts";
import { figures, page, report } from "./report.ts";
import { Results } from "./results.ts";
import { scenarios } from "./scenarios.ts";
import type { Measured } from "./systems.ts";

const measured = (tasksPerS: number, p99Ms = 5): Measured => ({
  tasks: tasksPerS,
  failed: 0,
  answered: tasksPerS,
  tasksPerS,
  p50Ms: 1,
  p99Ms,
  p999Ms: 9,
  maxMs: 20,
  middleUs: 1e6 / tasksPerS,
  workersUs: 1,
  clientUs: 2,
  middleCore: 0.7,
  clientCore: 0.3,
});

Deno.test("Results gives the median of an odd and of an even number of rounds, and how far they lie apart", () => {
  const results = new Results();
  for (const rate of [300, 100, 200]) results.add("p2c2r", "depth256", measured(rate));
  assert.deepEqual(results.spread("p2c2r", "depth256", "tasksPerS"), { median: 200, min: 100, max: 300 });
  results.add("p2c2r", "depth256", measured(400));
  assert.equal(results.spread("p2c2r", "depth256", "tasksPerS")?.median, 250);
  assert.equal(results.spread("nats", "depth256", "tasksPerS"), undefined);
});

Deno.test("figures() states ratios of ours over theirs, and null where a peer is missing", () => {
  const results = new Results();
  results.add("p2c2r", "depth256", measured(4000));
  results.add("nats", "depth256", measured(1000));
  results.add("p2c2r", "open10k", measured(10_000, 4));
  results.add("nats", "open10k", measured(10_000, 8));
  results.add("p2c2r, one a worker", "single256", measured(500));
  results.add("echo", "single256", measured(1000));
  assert.deepEqual(figures(results, 1), {
    ratios: { nats: 4, bullmq: null, cpuNats: 0.25, rawEcho: 0.5, p50Nats: null, p99Nats: 0.5 },
    p999Ms: 9,
    rounds: 1,
  });
  assert.match(report(results), /p2c2r, one a worker/);
  const written = page(results, { rounds: 1, seconds: 1, workers: 2 });
  assert.match(written, /tasks\/s over NATS, 256 in flight \| ≥ 4 \| 4.00 \| met/);
  assert.match(written, /tasks\/s over BullMQ, 256 in flight \| ≥ 30 \| +\| not measured/);
});

Deno.test("readArgs() takes counts within their limits and says what else is allowed", () => {
  const only = Object.keys(scenarios);
  const usual = { rounds: 3, seconds: 1, workers: 100, only, write: false, json: false, warmUpMs: 6_000 };
  assert.deepEqual(readArgs([]), usual);
  assert.deepEqual(readArgs(["--quick", "--workers", "999", "--json"]), {
    ...usual,
    ...{ rounds: 1, seconds: 0.5, workers: 999, json: true, warmUpMs: 0 },
  });
  assert.deepEqual(readArgs(["--quick", "--seconds", "0.1", "--only", "latency,depth256"]), {
    ...usual,
    ...{ rounds: 1, seconds: 0.1, only: ["latency", "depth256"], warmUpMs: 0 },
  });
  assert.equal(readArgs(["--help"]), "help");
  for (
    const args of [["--rounds", "0"], ["--workers", "1000"], ["--seconds", "61"], ["--only", "depth3"], [
      "--loud",
    ], ["extra"]]
  ) {
    const read = readArgs(args);
    assert.ok(read !== "help" && "wrong" in read, String(args));
  }
});

Deno.test("an input is like no other and says what answers it", () => {
  const [one, two] = [inputOf(1, 180, 100), inputOf(2, 180, 100)];
  assert.equal(one.length, 180);
  assert.equal(answerOf(one).length, 100);
  assert.ok(answers(one, answerOf(one)));
  assert.ok(!answers(one, answerOf(two)));
  assert.ok(!answers(one, answerOf(one).subarray(1)));
});
