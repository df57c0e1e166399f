// What was measured, by system and scenario: medians over the rounds, and how far the rounds lie apart.
import type { ScenarioName } from "./scenarios.ts";
import type { Measured } from "./systems.ts";

/** A median of the rounds, with the smallest and the largest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** All measurements of a run. */
export class Results {
  readonly #rounds = new Map<string, Measured[]>();
  readonly #systems: string[] = [];

  /** Adds what one round came to. */
  add(system: string, scenario: ScenarioName, measured: Measured): void {
    if (!this.#systems.includes(system)) this.#systems.push(system);
    const key = `${system}/${scenario}`;
    this.#rounds.set(key, [...this.#rounds.get(key) ?? [], measured]);
  }

  /** The systems, in the order in which they were first measured. */
  get systems(): readonly string[] {
    return this.#systems;
  }

  /** One figure of a system in a scenario over all rounds; undefined where it was not measured. */
  spread(system: string, scenario: ScenarioName, figure: keyof Measured): Spread | undefined {
    const values = this.#rounds.get(`${system}/${scenario}`)?.map((each) => each[figure]).sort((a, b) =>
      a - b
    );
    if (values === undefined || values.length === 0) return undefined;
    const half = (values.length - 1) / 2;
    const median = (values[Math.floor(half)]! + values[Math.ceil(half)]!) / 2;
    return { median, min: values[0]!, max: values.at(-1)! };
  }

  /** The ratio of two medians, ours over theirs; null where one of them is missing. */
  ratio(
    figure: keyof Measured,
    scenario: ScenarioName,
    ours: string,
    theirs: string,
    theirScenario = scenario,
  ): number | null {
    const mine = this.spread(ours, scenario, figure);
    const other = this.spread(theirs, theirScenario, figure);
    return mine === undefined || other === undefined ? null : mine.median / other.median;
  }
}
