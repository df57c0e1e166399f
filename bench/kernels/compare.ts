// Times the same work done in several ways, turn by turn in one run, so that what disturbs one disturbs all.

/** One way of doing the work. */
export interface Contender {
  readonly name: string;
  /** Does the work once. */
  call(): void;
}

/** What one way costs. */
export interface Timing {
  readonly name: string;
  /** Of the fastest round. */
  readonly ms: number;
}

const WARM_UP_CALLS = 2;

/** Each contender once per round, in turn, after a warm-up; the fastest round counts. */
export function compare(contenders: readonly Contender[], rounds: number): Timing[] {
  for (const { call } of contenders) for (let i = 0; i < WARM_UP_CALLS; i++) call();
  const fastest = contenders.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    contenders.forEach(({ call }, i) => {
      const start = performance.now();
      call();
      fastest[i] = Math.min(fastest[i] ?? Infinity, performance.now() - start);
    });
  }
  return contenders.map(({ name }, i) => ({ name, ms: fastest[i] ?? NaN }));
}

/** How many times as long as the first each of the others takes. */
export function ratios(timings: readonly Timing[]): string[] {
  const first = timings[0]?.ms ?? NaN;
  return timings.map(({ ms }) => `${(ms / first).toFixed(2)} ×`);
}
