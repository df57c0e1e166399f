/** Scans along the lines of a stop map (grid.ts), 57 to 64 cells at a time from any byte address. */

/** The first stop behind `from` on its line. */
@inline
export function scanForward(stops: usize, from: u32): u32 {
  let at = from + 1;
  let address = stops + (at >> 3);
  let word = load<u64>(address) >> (at & 7);
  if (word != 0) return at + <u32>ctz(word);
  do {
    address += 8;
    word = load<u64>(address);
  } while (word == 0);
  return (<u32>(address - stops) << 3) + <u32>ctz(word);
}

/** The last stop before `from` on its line. */
@inline
export function scanBackward(stops: usize, from: u32): u32 {
  let at = from - 1;
  let address = stops + (at >> 3) - 7;
  let word = load<u64>(address) << (7 - (at & 7));
  if (word != 0) return at - <u32>clz(word);
  do {
    address -= 8;
    word = load<u64>(address);
  } while (word == 0);
  return (<u32>(address - stops) << 3) + 63 - <u32>clz(word);
}

/** Sets a bit and returns the byte it is in as it was. */
export function setStop(stops: usize, bit: u32): u8 {
  const address = stops + (bit >> 3);
  const before = load<u8>(address);
  store<u8>(address, before | (<u8>1 << <u8>(bit & 7)));
  return before;
}
