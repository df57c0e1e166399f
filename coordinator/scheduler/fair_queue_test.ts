import { assert, fc } from "../../tests/deps.ts";
import { DeadlineCounts } from "./deadline_counts.ts";
import { FairQueue, Shares } from "./fair_queue.ts";

interface Item {
  readonly project: number;
  readonly key: number;
  gone?: boolean;
}

function filled(weights: readonly number[], perProject: number, leadMs = 0) {
  const shares = new Shares();
  const queue = new FairQueue<Item>(leadMs, (item) => item.gone === true);
  const all = weights.map((weight, project) => shares.enter(project, weight));
  for (const share of all) {
    for (let no = 0; no < perProject; no++) {
      queue.push(share, 1000 * (all.length - share.project) + no, { project: share.project, key: no });
    }
  }
  const serve = (count: number) => {
    const served = weights.map(() => 0);
    for (let no = 0; no < count; no++) {
      const item = queue.pop(shares);
      if (item === undefined) break;
      served[item.project]! += 1;
      shares.charge(all[item.project]!, 10);
    }
    return served;
  };
  return { shares, queue, all, serve };
}

Deno.test("FairQueue gives projects that all wait compute by their weights, whatever their deadlines", () => {
  const { serve } = filled([1, 1, 2], 1_000);
  assert.deepEqual(serve(400), [100, 100, 200]);
});

Deno.test("FairQueue serves the earliest deadline among projects within the lead", () => {
  const { queue, shares, all } = filled([1, 1], 10, 100);
  assert.equal(queue.head()?.share.project, 1, "the earlier deadlines");
  shares.charge(all[1]!, 101);
  assert.equal(queue.head()?.share.project, 0, "too far ahead");
});

Deno.test("FairQueue is earliest deadline first within a project and skips what is gone", () => {
  fc.assert(fc.property(fc.array(fc.record({ key: fc.integer(), gone: fc.boolean() })), (some) => {
    const shares = new Shares();
    const queue = new FairQueue<Item>(0, (item) => item.gone === true);
    const share = shares.enter(7, 1);
    for (const each of some) queue.push(share, each.key, { project: 7, ...each });
    const expected = some.filter((each) => !each.gone).map((each) => each.key).sort((a, b) => a - b);
    assert.deepEqual(expected.map(() => queue.pop(shares)?.key), expected);
    assert.equal(queue.pop(shares), undefined);
  }));
});

Deno.test("FairQueue gives out the earliest key of all projects within the lead, whoever comes, goes and is charged", () => {
  const leadMs = 50;
  const project = fc.nat({ max: 7 });
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("push"), project, key: fc.nat({ max: 200 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pop"), project, key: fc.nat({ max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("charge"), project, key: fc.nat({ max: 90 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("leave"), project, key: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("return"), project, key: fc.nat() }) },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const shares = new Shares();
      const queue = new FairQueue<Item>(leadMs, (item) => item.gone === true);
      const mine = Array.from({ length: 8 }, (_, no) => shares.enter(no, 1 + no % 3));
      let waiting: Item[] = [];
      const leave = (no: number) => {
        for (const item of waiting) item.gone ||= item.project === no;
        waiting = waiting.filter((item) => item.gone !== true);
      };
      for (const { do: what, project, key } of acts) {
        if (what === "push") {
          const item = { project, key };
          waiting.push(item);
          queue.push(mine[project]!, key, item);
        } else if (what === "charge") shares.charge(mine[project]!, key);
        else if (what === "leave") leave(project);
        else if (what === "return") {
          // All its tasks have ended, and a new one begins.
          leave(project);
          shares.leave(mine[project]!);
          mine[project] = shares.enter(project, 1 + key % 3);
        } else {
          const usedMs = (item: Item) => mine[item.project]!.usedMs;
          const leastMs = Math.min(...waiting.map(usedMs));
          const eligible = waiting.filter((item) => usedMs(item) <= leastMs + leadMs);
          const expected = eligible.length === 0 ? undefined : Math.min(...eligible.map((item) => item.key));
          assert.equal(queue.head()?.key, expected);
          const popped = queue.pop(shares);
          assert.equal(popped?.key, expected);
          if (popped === undefined) continue;
          assert.ok(eligible.includes(popped));
          waiting.splice(waiting.indexOf(popped), 1);
          shares.charge(mine[popped.project]!, key);
        }
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("FairQueue lets go of what is gone after a turn through the projects, however far its key", () => {
  const { queue, shares, all } = filled([1, 1, 1], 10);
  shares.charge(all[2]!, 1_000);
  const gone = Array.from({ length: 50 }, (_, no): Item => ({ project: 3, key: 1e9 + no, gone: true }));
  const share = shares.enter(3, 1);
  shares.charge(share, 1_000);
  for (const item of gone) queue.push(share, item.key, item);
  assert.equal(queue.size, 80);
  for (let no = 0; no < 5; no++) queue.head();
  assert.equal(queue.size, 30);
});

Deno.test("Shares let nobody save up by being idle, and keep no project that owes nothing", () => {
  const { shares, serve } = filled([1], 100);
  serve(100);
  const late = shares.enter(5, 1);
  assert.ok(late.usedMs >= 990, `a newcomer starts at ${late.usedMs}`);
  shares.raiseFloor(late.usedMs);
  shares.leave(late);
  assert.equal(shares.of(5), undefined);
  assert.equal(shares.weightActive, 1);
});

Deno.test("DeadlineCounts counts what is due between two times, wherever the ring wraps round", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e12 }),
      fc.array(fc.integer({ min: 0, max: 64_000 }), { maxLength: 50 }),
      fc.integer({ min: 0, max: 64_000 }),
      (base, offsets, until) => {
        const counts = new DeadlineCounts();
        for (const offset of offsets) counts.add(base + offset + 0.5, 1);
        assert.equal(counts.between(base, base + until), offsets.filter((offset) => offset <= until).length);
        assert.equal(counts.total, offsets.length);
        for (const offset of offsets) counts.add(base + offset + 0.5, -1);
        assert.deepEqual([counts.between(base, base + 64_000), counts.total], [0, 0]);
      },
    ),
  );
});
