// How often one such lie is seen by the kernel's check: measured with the demo's own lies on honest answers of both kernels.

/** A lie about a kernel's results, and what became of so many of them. */
export interface LieOdds {
  readonly kernel: string;
  readonly lie: string;
  readonly told: number;
  readonly caught: number;
  /** The manifest's figure for lies that matter, which sets the recheck rate. */
  readonly kernelDetection: number;
}

/** lies_test.ts tells fewer and compares; the kernels' pages have more kinds of lies. */
export const lieOdds: readonly LieOdds[] = [
  { kernel: "pathfind", lie: "random element", told: 1000, caught: 1000, kernelDetection: 0.39 },
  { kernel: "pathfind", lie: "stale answer", told: 1000, caught: 1000, kernelDetection: 0.39 },
  { kernel: "pathfind", lie: "longer path", told: 1000, caught: 1000, kernelDetection: 0.39 },
  { kernel: "physics", lie: "random element", told: 1000, caught: 1000, kernelDetection: 0.7 },
  { kernel: "physics", lie: "stale answer", told: 1000, caught: 1000, kernelDetection: 0.7 },
  { kernel: "physics", lie: "shifted body", told: 1000, caught: 456, kernelDetection: 0.7 },
  { kernel: "physics", lie: "last bit", told: 1000, caught: 212, kernelDetection: 0.7 },
];

/**
 * A cautious detection from counts: where every lie was caught, the 95 % lower bound 1 − 3/n ("rule of three",
 * Hanley and Lippman-Hand, 1983) instead of 1.
 */
export function cautiousDetection({ told, caught }: LieOdds): number {
  return caught === told ? 1 - 3 / told : caught / told;
}
