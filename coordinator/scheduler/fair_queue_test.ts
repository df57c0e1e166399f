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
