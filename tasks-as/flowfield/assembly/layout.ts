/**
 * The output: magic "P2F1", window x u16, y u16, width u16, height u16, bytes per distance u32 (2 or 4), then the
 * distances row by row (all bits set: not reached), then rows of ⌈width / 2⌉ bytes with a direction in 4 bits
 * per cell, the even cell in the lower half. Distances have 2 bytes if none is above 65,534, else 4.
 */
import { Request } from "./request";

/** The manifest's outputBytesMax. */
export const OUTPUT_SIZE_MAX: usize = 2097152;
export const HEADER_SIZE: usize = 16;
/**
 * So many cells fit with 2 bytes per distance, whatever the shape of the window. A path visits no cell twice, so no
 * distance is above 838,400 · 3,570, which is below INFINITE.
 */
export const CELLS_MAX: u32 = 838400;
export const MAGIC: u32 = 0x31463250;

export function writeHeader(output: usize, request: Request, distanceSize: u32): void {
  store<u32>(output, MAGIC);
  store<u16>(output, <u16>request.x, 4);
  store<u16>(output, <u16>request.y, 6);
  store<u16>(output, <u16>request.width, 8);
  store<u16>(output, <u16>request.height, 10);
  store<u32>(output, distanceSize, 12);
}

export function isHeaderOf(output: usize, request: Request): bool {
  return load<u32>(output) == MAGIC &&
    load<u16>(output, 4) == <u16>request.x && load<u16>(output, 6) == <u16>request.y &&
    load<u16>(output, 8) == <u16>request.width && load<u16>(output, 10) == <u16>request.height;
}

/** Bytes of a row of directions. */
@inline
export function directionRowSize(width: u32): usize {
  return <usize>((width + 1) >> 1);
}

/** Bytes of a whole output. */
export function outputSizeOf(width: u32, height: u32, distanceSize: u32): usize {
  return HEADER_SIZE + <usize>(width * height * distanceSize) + directionRowSize(width) * height;
}
