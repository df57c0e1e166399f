import { assert, fc } from "../../tests/deps.ts";
import {
  judgedRight,
  judgedWrong,
  recheckRate,
  trustIn,
  trustKey,
  trustRules,
  unknownWorker,
  withTrust,
  wrongServedMean,
} from "./mod.ts";

const kernel = { id: "pathfind", version: "2.0.0" };
const key = trustKey(kernel);

function afterRight(count: number, record = unknownWorker) {
  let trust = trustIn(record, kernel);
  for (let no = 0; no < count; no++) trust = judgedRight(trust, trustRules);
  return trust;
}

Deno.test("judgedRight() ends probation with the fiftieth right shadow and not before", () => {
  assert.equal(afterRight(49).stage, "probation");
  assert.equal(afterRight(50).stage, "trusted");
});

Deno.test("judgedRight() samples a new version after twenty right rechecks", () => {
  const trusted = afterRight(50);
  const older = withTrust(unknownWorker, trustKey({ id: "pathfind", version: "1.0.0" }), trusted);
  assert.equal(trustIn(older, kernel).stage, "renewed");
  assert.equal(afterRight(19, older).stage, "renewed");
  assert.equal(afterRight(20, older).stage, "trusted");
});

Deno.test("trustIn() takes no trust from another kernel or from one that is on probation", () => {
  const elsewhere = withTrust(unknownWorker, "pathfinder@1.0.0", afterRight(50));
  assert.equal(trustIn(elsewhere, kernel).stage, "probation");
  const beginner = withTrust(unknownWorker, "pathfind@1.0.0", afterRight(49));
  assert.equal(trustIn(beginner, kernel).stage, "probation");
});

Deno.test("recheckRate() is 3 % where the check is good, 5 % elsewhere, and never decays", () => {
  for (const right of [50, 5_000, 500_000]) {
    const trust = { ...afterRight(50), right };
    assert.equal(recheckRate(trust, 0.6, trustRules), 0.03);
    assert.equal(recheckRate(trust, 0.59, trustRules), 0.05);
  }
  assert.equal(recheckRate(afterRight(3), 0.99, trustRules), 1);
});

Deno.test("judgedWrong() drops trust on every kernel and doubles the quarantine up to its maximum", () => {
  let record = withTrust(withTrust(unknownWorker, key, afterRight(50)), "physics@1.0.0", afterRight(50));
  const lengths: number[] = [];
  for (let offence = 0; offence < 14; offence++) {
    const judgement = judgedWrong(record, key, 1000, trustRules);
    assert.ok(judgement.quarantined);
    record = judgement.record;
    lengths.push(record.quarantinedUntilMs - 1000);
  }
  assert.deepEqual(lengths.slice(0, 3), [3_600_000, 7_200_000, 14_400_000]);
  assert.equal(lengths.at(-1), trustRules.quarantineMsMax);
  for (const trust of record.kernels.values()) {
    assert.deepEqual([trust.stage, trust.progress], ["probation", 0]);
  }
});

Deno.test("judgedWrong() forgives one mismatch after a long clean record, once", () => {
  const clean = withTrust(unknownWorker, key, { ...afterRight(50), right: trustRules.cleanRecordMin });
  const first = judgedWrong(clean, key, 0, trustRules);
  assert.deepEqual([first.quarantined, first.record.kernels.get(key)?.stage], [false, "probation"]);
  assert.ok(judgedWrong(first.record, key, 0, trustRules).quarantined);
  const short = withTrust(unknownWorker, key, { ...afterRight(50), right: trustRules.cleanRecordMin - 1 });
  assert.ok(judgedWrong(short, key, 0, trustRules).quarantined);
});

Deno.test("wrongServedMean() gives the published figures", () => {
  const mean = (detection: number, recheckRate: number) => wrongServedMean({ detection, recheckRate });
  assert.deepEqual([mean(0, 0.05), mean(0, 0.03)].map(Math.round), [19, 32]);
  assert.equal(mean(0.6, 0.05).toFixed(1), "0.6");
  assert.equal(mean(0.99, 0.05).toFixed(2), "0.01");
});

Deno.test("trust never rises by a wrong result, whatever came before", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (verdicts) => {
    let record = unknownWorker;
    for (const right of verdicts) {
      const before = trustIn(record, kernel);
      record = right
        ? withTrust(record, key, judgedRight(before, trustRules))
        : judgedWrong(record, key, 0, trustRules).record;
      if (!right) assert.equal(trustIn(record, kernel).stage, "probation");
    }
    const trailing = verdicts.length - 1 - verdicts.lastIndexOf(false);
    assert.equal(trustIn(record, kernel).stage === "trusted", trailing >= trustRules.probationResults);
  }));
});
