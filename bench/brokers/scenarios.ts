// What is measured of each system, in the order in which it is.
import type { Order } from "../stage/order.ts";

/** One way of asking. */
export interface Scenario {
  readonly name: string;
  /** How many tasks each worker may have in hand; NATS has no such limit and is measured as it is. */
  readonly window: 1 | 8;
  readonly order: Omit<Order, "warmMs" | "measureMs">;
}

const small = { inputBytes: 180, outputBytes: 100 } as const;
const large = { inputBytes: 1_664, outputBytes: 1_664 } as const;
const closed = (depth: number) => ({ type: "closed", depth }) as const;
const open = (ratePerS: number) => ({ type: "open", ratePerS }) as const;

/** The scenarios; names are what results are found by. */
export const scenarios = {
  latency: { name: "one task at a time", window: 8, order: { ...small, pace: closed(1) } },
  latencyLarge: { name: "one task at a time, 1,664 B", window: 8, order: { ...large, pace: closed(1) } },
  depth256: { name: "256 in flight", window: 8, order: { ...small, pace: closed(256) } },
  depth1024: { name: "1,024 in flight", window: 8, order: { ...small, pace: closed(1024) } },
  large256: { name: "256 in flight, 1,664 B", window: 8, order: { ...large, pace: closed(256) } },
  large1024: { name: "1,024 in flight, 1,664 B", window: 8, order: { ...large, pace: closed(1024) } },
  single256: { name: "256 in flight, one a worker", window: 1, order: { ...small, pace: closed(256) } },
  open1k: { name: "1,000 a second", window: 8, order: { ...small, pace: open(1_000) } },
  open10k: { name: "10,000 a second", window: 8, order: { ...small, pace: open(10_000) } },
} as const satisfies Record<string, Scenario>;

/** A key of {@link scenarios}. */
export type ScenarioName = keyof typeof scenarios;

/** The floor: as many connections as workers, one frame in flight on each. */
export const echoOrder = (connections: number): Scenario["order"] => ({
  ...small,
  pace: closed(connections),
});
