// The closed world of one task: gives a kernel the functions it imports, each bound to that kernel's memory.
import { P2c2rError } from "../../protocol/errors.ts";
import { hostFuel, type HostFunction, type World } from "./function.ts";
import { type Gate, Guest, type GuestPorts } from "./guest.ts";
import { Handles, type ResourceKind } from "./handles.ts";
import { Capture, type Printed } from "./printed.ts";
import { RandomStreams, type TaskIdentity } from "./random.ts";

/** A function as WebAssembly calls it. */
export type Callable = (...args: (number | bigint)[]) => number | bigint | undefined;

/** One task's world. Nothing in it outlives the task. */
export class WasiHost {
  readonly #world: World;
  readonly #fuelMax: number;
  readonly #gate: Gate = { shut: false };
  #fuel = 0;

  constructor(identity: TaskIdentity, fuelMax: number) {
    this.#fuelMax = fuelMax;
    this.#world = {
      handles: new Handles(),
      capture: new Capture(),
      random: new RandomStreams(identity),
      charge: (fuel) => this.#charge(fuel),
    };
  }

  /** Work done here for the kernel, to be added to what its own meters counted; more than `fuelMax` only by 1, once it is exhausted. */
  get fuel(): number {
    return this.#fuel;
  }

  /** What the kernel printed, for its author. */
  get printed(): Printed | undefined {
    return this.#world.capture.printed;
  }

  /** A function of the host for a core that has these. */
  bind(of: HostFunction, ports: GuestPorts): Callable {
    const guest = new Guest(ports, this.#gate);
    return (...args) => {
      this.#enter();
      return of.call(this.#world, guest, args);
    };
  }

  /** The function that gives a handle back. */
  bindDrop(kind: ResourceKind): Callable {
    return (handle) => {
      this.#enter();
      this.#world.handles.drop(handle as number, kind);
      return undefined;
    };
  }

  #enter(): void {
    this.#charge(hostFuel.call);
    if (this.#gate.shut) throw new P2c2rError("kernel.trapped", "The kernel's allocator called the host.");
  }

  #charge(fuel: number): void {
    this.#fuel = Math.min(this.#fuel + fuel, this.#fuelMax + 1);
    if (this.#fuel <= this.#fuelMax) return;
    throw new P2c2rError("kernel.exhausted", `The kernel used all of its ${this.#fuelMax} fuel.`);
  }
}
