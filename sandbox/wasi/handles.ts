// The handles a kernel holds on things of the host: small numbers, each good for one kind of thing until it is dropped.
import { P2c2rError } from "../../protocol/errors.ts";

/** The resources of WASI whose functions the host has. Of those without an entry below, none ever exists. */
export type ResourceKind =
  | "input-stream"
  | "output-stream"
  | "pollable"
  | "error"
  | "descriptor"
  | "directory-entry-stream"
  | "terminal-input"
  | "terminal-output";

/** A thing behind a handle. */
export type Resource =
  | { readonly kind: "input-stream" }
  | {
    readonly kind: "output-stream";
    /** How many bytes the last `check-write` allowed and no `write` has used. */
    permitBytes: number;
  }
  | { readonly kind: "pollable" };

/** Most handles a kernel may hold at the same time. */
export const HANDLES_MAX = 1_024;

/** The handles of one instance. A number is used again after it was dropped, the last one first, as the canonical ABI has it. */
export class Handles {
  /** Number 0 is never given. */
  readonly #held: (Resource | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** A new handle. @throws {P2c2rError} kernel.trapped for one too many */
  add(resource: Resource): number {
    const number = this.#free.pop() ?? this.#held.length;
    if (number > HANDLES_MAX) {
      throw new P2c2rError("kernel.trapped", `The kernel holds more than ${HANDLES_MAX} handles.`);
    }
    this.#held[number] = resource;
    return number;
  }

  /** What a handle stands for. @throws {P2c2rError} kernel.trapped where it is not one of this kind */
  get<K extends ResourceKind>(number: number, kind: K): Extract<Resource, { kind: K }> {
    const resource = this.#held[number >>> 0];
    if (resource?.kind !== kind) {
      throw new P2c2rError(
        "kernel.trapped",
        `The kernel used a handle of kind ${kind} that it does not hold.`,
      );
    }
    return resource as Extract<Resource, { kind: K }>;
  }

  /** Gives a handle back. @throws {P2c2rError} as {@link get} */
  drop(number: number, kind: ResourceKind): void {
    this.get(number, kind);
    this.#held[number >>> 0] = undefined;
    this.#free.push(number >>> 0);
  }
}
