import { assert } from "../../deps.ts";
import { measureKind } from "./by_kind.ts";
import { type Conduct, liar } from "./conduct.ts";
import { measureHonest } from "./honest_machines.ts";
import { statedDetections } from "./kernels_stated.ts";
import { measureFleet } from "./population.ts";
import { boinc, twoOfThree } from "./rivals.ts";
import { estimate, share } from "./statistics.ts";
import { Dice } from "../random.ts";

const weakest = Math.min(...(await statedDetections()).map(({ detection }) => detection));

/** A conduct, what the kernel states, and how many identities. */
const kinds: readonly (readonly [Conduct, number])[] = [
  [liar("seen by no check", 0), 0],
  [liar("once trusted", weakest), weakest],
  [liar("one in twenty", weakest, { chance: 0.05 }), weakest],
  [liar("sleeper", weakest, { patience: 20 }), weakest],
  [liar("agreed", weakest, { agrees: true }), weakest],
  [liar("well checked", 0.6), 0.6],
  [liar("seen 99 times in 100", 0.99), 0.99],
];

for (const [conduct, stated] of kinds) {
  const said = `the core serves as many wrong results per admission as the formula says: ${conduct.name}`;
  Deno.test(said, () => {
    const { wrong, expected, stood } = measureKind(conduct, stated, 1_000, 3);
    // Seven kinds, and a core that is worked on: an interval that holds 999 of 1,000 times, not 95 of 100.
    const most = (wrong.high - wrong.mean) * 3.29 / 1.96;
    assert.ok(Math.abs(wrong.mean - expected) <= most, `${JSON.stringify(wrong)}, expected ${expected}`);
    assert.ok(stood.mean <= 0.1 * expected, `${stood.mean} of them were never taken back`);
  });
}

Deno.test("the core keeps its budget of rechecks, and lets far less through than voting, with 30 % hostile", () => {
  const fleet = { hostile: 0.3, flips: 1e-4, detection: weakest, hours: 0.3, seed: 2 };
  const { recheckShare, hedgeShare, stoodPerMillion, rivals, tasks } = measureFleet(fleet);
  assert.ok(recheckShare <= 0.06, `rechecks ${recheckShare}`);
  assert.ok(hedgeShare <= 0.05, `hedges ${hedgeShare}`);
  for (const { wrong, extra } of [rivals.boinc, rivals.twoOfThree]) {
    assert.ok(stoodPerMillion.mean < wrong * 1e6 / tasks && extra / tasks > 0.3);
  }
});

Deno.test("the core punishes no honest machine that flips no bit, and few of those that do", () => {
  assert.equal(measureHonest(0, weakest, 100, 1).punished.mean, 0);
  const { punished } = measureHonest(1e-3, weakest, 200, 1);
  assert.ok(punished.mean > 0.01 && punished.mean < 0.15, `${punished.mean}`);
});

Deno.test("boinc() and twoOfThree() are fooled by those who agree, and by nobody else", () => {
  const crowd = (conduct: Conduct) =>
    Array.from({ length: 20 }, (_, no) => no < 8 ? conduct : liar("", 0, { chance: 0 }));
  const alone = liar("alone", 0, { patience: null });
  assert.equal(twoOfThree(crowd(alone), 5_000, new Dice(1)).wrong, 0);
  assert.ok(twoOfThree(crowd({ ...alone, agrees: true }), 5_000, new Dice(1)).wrong > 500);
  const adaptive = boinc(crowd(alone), 5_000, new Dice(1));
  assert.equal(adaptive.wrong, 0);
  assert.ok(adaptive.extra < twoOfThree(crowd(alone), 5_000, new Dice(1)).extra);
});

Deno.test("estimate() and share() give the intervals of textbooks", () => {
  const { mean, low, high } = estimate([1, 2, 3, 4, 5]);
  assert.deepEqual([mean, low.toFixed(3), high.toFixed(3)], [3, "1.614", "4.386"]);
  const none = share(0, 100);
  assert.deepEqual([none.mean, none.low.toFixed(4), none.high.toFixed(4)], [0, "0.0000", "0.0370"]);
  const half = share(50, 100);
  assert.deepEqual([half.low.toFixed(4), half.high.toFixed(4)], ["0.4038", "0.5962"]);
});
