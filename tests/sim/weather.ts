// How well the coordinator's machine does, and what its ports need to know of the world.
import type { Agenda } from "./agenda.ts";
import type { FaultCounts } from "./faults.ts";
import type { Process } from "./process.ts";
import type { Dice } from "./random.ts";

/** What the ports of one process are made of. */
export interface PortParts {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly faults: FaultCounts;
  readonly process: Process;
  readonly weather: Readonly<Weather>;
}

/** How well store and trusted compute do; faults change it. */
export interface Weather {
  storeMs: number;
  storeErrorRate: number;
  commitUnknownRate: number;
  localMs: number;
  flipRate: number;
  failureRate: number;
  checkMissingRate: number;
  checkErrRate: number;
  repeatRate: number;
}

/** A machine without trouble. */
export function fairWeather(): Weather {
  return {
    storeMs: 1,
    storeErrorRate: 0,
    commitUnknownRate: 0,
    localMs: 4,
    flipRate: 0,
    failureRate: 0,
    checkMissingRate: 0,
    checkErrRate: 0,
    repeatRate: 0,
  };
}
