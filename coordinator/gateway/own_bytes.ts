// Parsed bytes are views into their frame. What is kept for long must not keep megabytes of frame alive for its sake.
import { BytePool, partBytesMax } from "../byte_pool.ts";

/** How many times its own size a part may keep alive in a large frame. */
const WASTE_MAX = 8;

/** Inputs and outputs live as long as their task and its window: about equally long. */
const pool = new BytePool();

/** The bytes themselves: copied when they are short or a small part of a large frame, else the view. */
export function ownBytes(view: Uint8Array): Uint8Array {
  if (view.byteLength > partBytesMax && view.buffer.byteLength <= view.byteLength * WASTE_MAX) return view;
  return pool.copy(view);
}
