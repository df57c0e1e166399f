/** Writes a field: distances in as few bytes as they need, and the direction of each cell's best step. */
import { err, okBytes } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import { Costs } from "../../lib/costs";
import { HALF_MAX, SHORT_MAX } from "../../lib/field_rows";
import { nextRow, sweepOver, sweepSize } from "../../lib/field_sweep";
import { directionBuffer, directionRow } from "./directions";
import { directionRowSize, HEADER_SIZE, OUTPUT_SIZE_MAX, outputSizeOf, writeHeader } from "./layout";
import { Request } from "./request";
import { Spread, spreadOver, spreadSize } from "./spread";

/** The output for a valid input, or the error result that says why there is none. */
export function makeField(costs: Costs, request: Request): usize {
  const width = request.width;
  const height = request.height;
  arenaReserve(OUTPUT_SIZE_MAX + spreadSize(width, height) + sweepSize(width) + directionRowSize(width) + 4096);
  const spread = spreadOver(costs, request);
  const distanceSize: u32 = spread.farthest <= SHORT_MAX ? 2 : 4;
  const size = outputSizeOf(width, height, distanceSize);
  if (size > OUTPUT_SIZE_MAX) {
    return err("Cannot answer: the distances need 4 bytes and the field more than 2,097,152; ask for a smaller one");
  }
  const output = arenaTake(size, 16);
  writeHeader(output, request, distanceSize);
  const distances = output + HEADER_SIZE;
  if (distanceSize == 2) writeShorts(spread, width, height, distances);
  else writeWords(spread, width, height, distances);
  const directions = distances + <usize>(width * height * distanceSize);
  if (spread.farthest <= HALF_MAX) writeDirections<u16>(costs, request, distances, distanceSize, directions);
  else writeDirections<u32>(costs, request, distances, distanceSize, directions);
  return okBytes(output, size);
}

function writeWords(spread: Spread, width: u32, height: u32, target: usize): void {
  for (let y: u32 = 0; y < height; y++) {
    let source = spread.distances + (<usize>((y + 1) * spread.stride + 1) << 2);
    for (let x: u32 = 0; x < width; x++, source += 4, target += 4) {
      const distance = load<u32>(source);
      // INFINITE and above, all bits set in an output.
      store<u32>(target, distance | (0 - <u32>(distance >> 28 == 0xf)));
    }
  }
}

function writeShorts(spread: Spread, width: u32, height: u32, target: usize): void {
  const most = i32x4.splat(0xffff);
  for (let y: u32 = 0; y < height; y++) {
    let source = spread.distances + (<usize>((y + 1) * spread.stride + 1) << 2);
    let x: u32 = 0;
    for (; x + 8 <= width; x += 8, source += 32, target += 16) {
      const first = i32x4.min_u(v128.load(source), most);
      const second = i32x4.min_u(v128.load(source, 16), most);
      v128.store(target, v128.shuffle<u16>(first, second, 0, 2, 4, 6, 8, 10, 12, 14));
    }
    for (; x < width; x++, source += 4, target += 2) store<u16>(target, <u16>min(load<u32>(source), 0xffff));
  }
}

function writeDirections<T>(
  costs: Costs,
  request: Request,
  distances: usize,
  distanceSize: u32,
  target: usize,
): void {
  const width = request.width;
  const sweep = sweepOver<T>(costs, request.x, request.y, width, request.height, distances, distanceSize);
  const rowSize = directionRowSize(width);
  const buffer = directionBuffer(width);
  for (; nextRow<T>(sweep); target += rowSize) {
    directionRow<T>(sweep, buffer);
    memory.copy(target, buffer, rowSize);
  }
}
