// Parsed bytes are views into their frame. What is kept for long must not keep megabytes of frame alive for its sake.
import { BytePool } from "../byte_pool.ts";

/** How many times its own size a part may keep alive in a large frame. */
const WASTE_MAX = 8;

/** Inputs and outputs live as long as their task and its window: about equally long. */
const pool = new BytePool(WASTE_MAX);

/** The bytes themselves: copied when they are short or a small part of a large frame, else the view. */
export function ownBytes(view: Uint8Array): Uint8Array {
  return pool.keep(view);
}
