import { assert } from "../../tests/deps.ts";
import { allows, breakerRules, createBreaker, sent, wentBadly, wentWell } from "./breaker.ts";

const { samplesMin, samplesMax, patienceMs, openMs, openMsMax, probes } = breakerRules;

/** Opened at 0. */
function broken() {
  const breaker = createBreaker(breakerRules);
  for (let no = 0; no < samplesMin; no++) wentBadly(breaker, -patienceMs, breakerRules);
  assert.ok(wentBadly(breaker, 0, breakerRules));
  return breaker;
}

Deno.test("a breaker opens when its share of bad outcomes lasts, not for many at one moment", () => {
  const breaker = createBreaker(breakerRules);
  for (let no = 0; no < 10 * samplesMin; no++) wentBadly(breaker, 0, breakerRules);
  wentBadly(breaker, patienceMs - 1, breakerRules);
  assert.ok(allows(breaker, patienceMs - 1, breakerRules));
  for (let no = 0; no < samplesMax; no++) wentWell(breaker, breakerRules);
  assert.equal(wentBadly(breaker, patienceMs, breakerRules), false, "it went well meanwhile");
  for (let no = 0; no < samplesMax; no++) wentBadly(breaker, patienceMs, breakerRules);
  assert.equal(wentBadly(breaker, 2 * patienceMs, breakerRules), true);
});

Deno.test("a breaker opens at its share of bad outcomes and its number of samples, and not below either", () => {
  const rules = { ...breakerRules, patienceMs: 0 };
  const few = createBreaker(rules);
  for (let no = 1; no < samplesMin; no++) assert.equal(wentBadly(few, 0, rules), false);
  assert.ok(allows(few, 0, breakerRules));
  assert.equal(wentBadly(few, 0, rules), true);
  assert.equal(allows(few, 0, breakerRules), false);
  const mixed = createBreaker(rules);
  for (let no = 0; no < samplesMin; no++) {
    wentWell(mixed, rules);
    if (no % 10 < 9) wentBadly(mixed, 0, rules);
  }
  assert.ok(allows(mixed, 0, rules), "47 % bad");
  for (let no = 0; no < 4; no++) wentBadly(mixed, 0, rules);
  assert.equal(allows(mixed, 0, breakerRules), false, "over half bad");
});

Deno.test("a breaker forgets old good outcomes: the last ones decide", () => {
  const breaker = createBreaker(breakerRules);
  for (let no = 0; no < 1_000; no++) wentWell(breaker, breakerRules);
  let failures = 0;
  while (breaker.state === "closed") {
    wentBadly(breaker, failures++, breakerRules);
  }
  assert.ok(failures <= samplesMax, `${failures} failures until it opened`);
});

Deno.test("a breaker lets probes through after its time, so many and no more, and closes when they come out well", () => {
  const breaker = broken();
  assert.equal(allows(breaker, openMs - 1, breakerRules), false);
  for (let no = 0; no < probes; no++) {
    assert.ok(allows(breaker, openMs, breakerRules), `probe ${no}`);
    sent(breaker);
  }
  assert.equal(allows(breaker, openMs, breakerRules), false);
  for (let no = 1; no < probes; no++) wentWell(breaker, breakerRules);
  assert.equal(breaker.state, "halfOpen");
  wentWell(breaker, breakerRules);
  assert.equal(breaker.state, "closed");
  assert.ok(allows(breaker, openMs, breakerRules));
});

Deno.test("a bad probe opens the breaker for twice as long, up to its maximum", () => {
  const breaker = broken();
  let nowMs = 0;
  const waits: number[] = [];
  for (let no = 0; no < 12; no++) {
    waits.push(breaker.untilMs - nowMs);
    nowMs = breaker.untilMs;
    assert.ok(allows(breaker, nowMs, breakerRules));
    assert.ok(wentBadly(breaker, nowMs, breakerRules));
  }
  assert.deepEqual(waits.slice(0, 3), [openMs, 2 * openMs, 4 * openMs]);
  assert.equal(waits.at(-1), openMsMax);
});

Deno.test("probes of which nothing is heard are followed by others", () => {
  const breaker = broken();
  for (let no = 0; no < probes; no++) if (allows(breaker, openMs, breakerRules)) sent(breaker);
  assert.equal(allows(breaker, 2 * openMs - 1, breakerRules), false);
  assert.ok(allows(breaker, 2 * openMs, breakerRules));
});
