// One measured quantity as a row of a table: how it is distributed, in its unit.

/** A row. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** The row of some samples. */
export function rowOf(name: string, unit: string, samples: readonly number[]): Row {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  return { name, unit, mean, p50: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
}

/** Microseconds of each call, behind a tenth as many to warm up. */
export async function measure(name: string, count: number, call: () => unknown): Promise<Row> {
  for (let i = 0; i < count / 10; i++) await call();
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const result = call();
    if (result instanceof Promise) await result;
    samples.push((performance.now() - start) * 1000);
  }
  return rowOf(name, "µs", samples);
}

/** Prints rows for people, or as JSON with `--json` on the command line. */
export function print(rows: readonly Row[]): void {
  if (Deno.args.includes("--json")) return console.log(JSON.stringify(rows));
  console.log(`${"".padEnd(56)} ${["mean", "p50", "p99", "max"].map((word) => word.padStart(9)).join(" ")}`);
  for (const { name, unit, mean, p50, p99, max } of rows) {
    const numbers = [mean, p50, p99, max].map((value) => value.toFixed(1).padStart(9)).join(" ");
    console.log(`${name.padEnd(56)} ${numbers}  ${unit}`);
  }
}
