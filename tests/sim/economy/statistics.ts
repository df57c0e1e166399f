// Means with their intervals, as plainly as they can be had.

/** A mean, and the interval that holds the true one in 95 of 100 repetitions. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** Standard normal quantile of 97.5 %. */
const Z = 1.959964;

/** Mean of samples with its normal 95 % interval: right for hundreds of samples and more. */
export function estimate(samples: readonly number[]): Estimate {
  const n = samples.length;
  const mean = samples.reduce((sum, each) => sum + each, 0) / n;
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  const half = Z * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, samples: n };
}

/** A share of so many, with Wilson's 95 % interval (E. B. Wilson, 1927): sound for few and for none. */
export function share(hits: number, of: number): Estimate {
  const p = hits / of;
  const scale = 1 + Z ** 2 / of;
  const centre = (p + Z ** 2 / (2 * of)) / scale;
  const half = (Z / scale) * Math.sqrt(p * (1 - p) / of + Z ** 2 / (4 * of ** 2));
  return { mean: p, low: centre - half, high: centre + half, samples: of };
}

/** The same in other units. */
export function scaled({ mean, low, high, samples }: Estimate, by: number): Estimate {
  return { mean: mean * by, low: low * by, high: high * by, samples };
}
