// Trusted compute for simulations: knows the truth, and fails in the ways that real machines do.
import type { CheckOutcome, Compute, Kernel, Outcome, Work } from "../../coordinator/ports.ts";
import { truth } from "./kernels.ts";
import type { PortParts } from "./weather.ts";

/** The kernel whose checks take long, and so are done beside the event loop. */
const LONG_CHECKS = 2;

/** Runs and checks kernels beside the coordinator. */
export function trustedCompute(parts: PortParts, kernels: readonly Kernel[]): Compute {
  const { agenda, dice, process, weather } = parts;
  return {
    run: (work) =>
      new Promise((resolve) => {
        if (!process.leaves()) return;
        const outcome = computed(parts, work);
        agenda.after(weather.localMs * dice.between(0.8, 1.2), () => process.enter(() => resolve(outcome)));
      }),
    check: (work, output, seed) => {
      const outcome = checked(parts, kernels, work, output, seed);
      if (work.kernel !== LONG_CHECKS) return outcome;
      return new Promise((resolve) => {
        const tookMs = weather.localMs * dice.between(0.2, 1);
        agenda.after(tookMs, () => process.enter(() => resolve(outcome)));
      });
    },
    close: () => Promise.resolve(),
  };
}

function computed({ dice, faults, weather }: PortParts, work: Work): Outcome {
  const right = truth(work);
  if (dice.chance(weather.failureRate)) {
    faults.count("trustedFailure");
    return { type: "failure", code: "kernel.environment", message: "no memory", fuel: 0, computeUs: 0 };
  }
  if (right.type !== "output" || !dice.chance(weather.flipRate)) return right;
  faults.count("trustedFlip");
  const output = right.output.slice();
  // Two of them never look alike by chance: what two runs agree on is believed.
  for (let at = 0; at < 4; at++) output[at]! ^= dice.below(256);
  output[4]! ^= 1 + dice.below(255);
  return { ...right, output };
}

/** What a check sees depends on its seed alone: asked again with the same one, it says the same. */
function checked(
  { dice, faults, weather }: PortParts,
  kernels: readonly Kernel[],
  work: Work,
  output: Uint8Array,
  seed: bigint,
): CheckOutcome {
  const detection = kernels.find(({ no }) => no === work.kernel)?.detection ?? 0;
  const right = truth(work);
  const lies = right.type !== "output" || String(right.output) !== String(output);
  if (dice.chance(weather.checkMissingRate)) {
    faults.count("checkMissing");
    return { type: "unknown", message: "the check could not run" };
  }
  if (!lies && Number((seed >> 32n) & 0xffffn) / 2 ** 16 < weather.checkErrRate) {
    faults.count("checkErrs");
    return { type: "failed", message: "it looks wrong" };
  }
  const sees = Number(seed & 0xffffffffn) / 2 ** 32;
  return lies && sees < detection ? { type: "failed", message: "it is wrong" } : { type: "passed" };
}
