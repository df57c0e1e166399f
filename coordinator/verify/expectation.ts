// The published formulas of what sampling lets through, so that programs can print them beside what they measured.

/** A way to lie, as its own tell-tale numbers: how likely the check sees it, how often such results are recomputed. */
export interface LieOdds {
  /** Chance that `check` catches one such result, 0 to 1. */
  readonly detection: number;
  /** Chance that a result which passed the check is recomputed, 0 < q ≤ 1. */
  readonly recheckRate: number;
}

/**
 * Mean number of wrong results served per admission of a worker that tells only this lie: each lie is served with chance
 * s = (1 − d)(1 − q) and ends the admission otherwise, so the mean of the geometric number is s / (1 − s).
 */
export function wrongServedMean({ detection, recheckRate }: LieOdds): number {
  const served = (1 - detection) * (1 - recheckRate);
  return served / (1 - served);
}
