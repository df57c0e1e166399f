import { assert, fc } from "../../tests/deps.ts";
import { type Due, Waiting } from "./waiting.ts";

const task = (job: number, dueMs: number, priority = 0): Due => ({ job, dueMs, priority });

function drained(waiting: Waiting<Due>): number[] {
  const jobs: number[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) jobs.push(next.job);
  return jobs;
}

Deno.test("Waiting gives the earliest due first, then the higher priority, then the older", () => {
  const waiting = new Waiting<Due>();
  [task(1, 50), task(2, 10), task(3, 50, 7), task(4, 50), task(5, 5)].forEach((one) => waiting.push(one));
  assert.deepEqual(drained(waiting), [5, 2, 3, 1, 4]);
});

Deno.test("Waiting.remove() takes out one task and leaves the order of the others", () => {
  const waiting = new Waiting<Due>();
  [task(1, 1), task(2, 2), task(3, 3)].forEach((one) => waiting.push(one));
  assert.equal(waiting.remove(2)?.job, 2);
  assert.equal(waiting.remove(2), undefined);
  assert.equal(waiting.size, 2);
  assert.deepEqual(drained(waiting), [1, 3]);
});

Deno.test("Waiting keeps its order whatever comes in whatever order", () => {
  const tasks = fc.array(fc.record({ dueMs: fc.nat(5), priority: fc.nat(2) }), { maxLength: 40 });
  fc.assert(fc.property(tasks, (parts) => {
    const waiting = new Waiting<Due>();
    const all = parts.map((part, job) => ({ job, ...part }));
    all.forEach((one) => waiting.push(one));
    const sorted = all.toSorted((a, b) => a.dueMs - b.dueMs || b.priority - a.priority || a.job - b.job);
    assert.deepEqual(drained(waiting), sorted.map(({ job }) => job));
  }));
});
