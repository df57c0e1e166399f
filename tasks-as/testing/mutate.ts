/** Small damage to byte strings, drawn from a seed. */
import { type Draw, drawBelow } from "./draws.ts";

/** A damaged copy: bytes changed, cut off, added, or a 32-bit number replaced by an extreme one. */
export function mutate(bytes: Uint8Array, draw: Draw): Uint8Array {
  const kind = drawBelow(draw, 6);
  if (kind === 0) return bytes.slice(0, drawBelow(draw, bytes.length + 1));
  if (kind === 1) {
    const longer = new Uint8Array(bytes.length + 1 + drawBelow(draw, 16)).fill(drawBelow(draw, 256));
    longer.set(bytes);
    return longer;
  }
  const copy = bytes.slice();
  if (copy.length < 4) return copy;
  const changes = 1 + drawBelow(draw, 4);
  for (let i = 0; i < changes; i++) {
    // Headers and records are hit more often than what is behind them.
    const at = drawBelow(draw, draw() < 0.5 ? Math.min(copy.length, 64) : copy.length);
    if (kind < 4) copy[at] = drawBelow(draw, 256);
    else {
      const extreme = [
        0,
        1,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0x3fffffff,
        2048,
        65_536,
      ][drawBelow(draw, 8)] as number;
      new DataView(copy.buffer).setUint32(Math.min(at & ~3, copy.length - 4), extreme, true);
    }
  }
  return copy;
}
