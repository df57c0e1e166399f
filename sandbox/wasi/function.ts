// What a function of the host is: its type as a core module imports it, and what it does in the closed world.
import type { Guest } from "./guest.ts";
import type { Handles } from "./handles.ts";
import type { Capture } from "./printed.ts";
import type { RandomStreams } from "./random.ts";

/** The world of one task. */
export interface World {
  readonly handles: Handles;
  readonly capture: Capture;
  readonly random: RandomStreams;
  /** Counts work that the host does for the kernel. @throws {P2c2rError} kernel.exhausted */
  readonly charge: (fuel: number) => void;
}

/** Arguments as WebAssembly passes them: numbers are signed 32 bits, bigints signed 64. */
export type Args = readonly (number | bigint)[];

/** A function of an interface. */
export interface HostFunction {
  /** Core value types of parameters and results, by the canonical ABI. */
  readonly type: string;
  /** What of the kernel it uses: its memory for results, its allocator as well for lists. */
  readonly needs: "nothing" | "memory" | "realloc";
  readonly call: (world: World, guest: Guest, args: Args) => number | bigint | undefined;
}

/** Functions by name. */
export type Interface = ReadonlyMap<string, HostFunction>;

/**
 * Fuel of a call into the host, and of each byte that it copies or draws. Manifests name the version of the meter's
 * weights: a change here is a change of those.
 */
export const hostFuel = { call: 100, byteCopied: 1, byteDrawn: 50 } as const;

/** An argument of 32 bits, without sign. */
export function u32(args: Args, at: number): number {
  return (args[at] as number) >>> 0;
}

/** An argument of 64 bits, without sign. */
export function u64(args: Args, at: number): bigint {
  return BigInt.asUintN(64, args[at] as bigint);
}

/** A function whose result is one value or nothing. */
export function plain(type: string, call: HostFunction["call"]): HostFunction {
  return { type, needs: "nothing", call };
}

/** A function that writes its result to the place that its last argument names: `size` bytes, aligned to `align`. */
export function writing(
  params: string,
  size: number,
  align: number,
  write: (result: DataView, world: World, guest: Guest, args: Args) => void,
  needs: HostFunction["needs"] = "memory",
): HostFunction {
  return {
    type: `${params === "" ? "" : `${params} `}i32 -> `,
    needs,
    call(world, guest, args) {
      // The place is compared before anything happens, and looked up again afterwards: an allocation may have moved it.
      const at = u32(args, args.length - 1);
      const result = guest.view(at, size, align);
      result.setUint8(0, 0);
      write(result, world, guest, args);
      return undefined;
    },
  };
}

/** Writes a list's address and length. */
export function writeList(result: DataView, offset: number, address: number, length: number): void {
  result.setUint32(offset, address, true);
  result.setUint32(offset + 4, length, true);
}
