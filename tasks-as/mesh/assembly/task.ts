/** The task, validated: a chunk with what surrounds it, and what its materials do to light. */
import { err, errSentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import { assetSize, assetStart } from "../../lib/assets";
import { CELLS_OFFSET, INPUT_SIZE, MATERIALS_MAGIC, MATERIALS_MAX, MATERIALS_OFFSET, OPAQUE, SIDE, VOLUME } from "./layout";

/** 0 when input and asset make a task, else the error result. Cells are looked at when they are classified. */
export function refuseTask(input: usize, inputSize: usize, assets: usize, assetCount: u32): usize {
  if (inputSize != INPUT_SIZE) return err("Cannot mesh: the input is not 45,456 bytes");
  const merge = <i32>load<u8>(input);
  if (merge < 1 || merge > SIDE || (load<u64>(input) >> 8) != 0) {
    return err("Cannot mesh: the longest edge of a quad is not 1 to 32, or unused bytes are not zero");
  }
  if (assetCount != 1) return err("Cannot mesh: expected one asset, a table of materials");
  return refuseMaterials(assetStart(assets, 0), assetSize(assets, 0));
}

function refuseMaterials(start: usize, size: usize): usize {
  if (size < MATERIALS_OFFSET || load<u32>(start) != MATERIALS_MAGIC) {
    return err("Cannot mesh: expected one asset, a table of materials");
  }
  const count = load<u32>(start, 4);
  if (count == 0 || count > MATERIALS_MAX || size != MATERIALS_OFFSET + count) {
    return err("Cannot mesh: a table of materials has 1 to 256 of them, one byte each");
  }
  if ((<u32>load<u8>(start + MATERIALS_OFFSET) >> 4) == OPAQUE) return err("Cannot mesh: material 0 is air and cannot be opaque");
  return 0;
}

/** Longest edge of a quad. */
export function mergeOf(input: usize): i32 {
  return <i32>load<u8>(input);
}

export function materialsOf(assets: usize): usize {
  return assetStart(assets, 0) + MATERIALS_OFFSET;
}

export function materialCount(assets: usize): u32 {
  return load<u32>(assetStart(assets, 0), 4);
}

/** The largest material of all cells. */
export function largestCell(input: usize): u32 {
  const cells = input + CELLS_OFFSET;
  // Two at a time do not wait for each other; 39,304 is eight more than a multiple of 64.
  let largest = v128.load(cells + VOLUME - 16);
  let other = largest;
  for (let at: usize = 0; at + 64 <= VOLUME; at += 64) {
    largest = i8x16.max_u(largest, i8x16.max_u(v128.load(cells + at), v128.load(cells + at, 16)));
    other = i8x16.max_u(other, i8x16.max_u(v128.load(cells + at, 32), v128.load(cells + at, 48)));
  }
  largest = i8x16.max_u(largest, other);
  largest = i8x16.max_u(largest, i8x16.shuffle(largest, largest, 8, 9, 10, 11, 12, 13, 14, 15, 0, 0, 0, 0, 0, 0, 0, 0));
  largest = i8x16.max_u(largest, i8x16.shuffle(largest, largest, 4, 5, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  const four = i32x4.extract_lane(largest, 0);
  return max(max(four & 0xff, <u32>four >> 8 & 0xff), max(<u32>four >> 16 & 0xff, <u32>four >> 24));
}

export function errMaterial(material: u32, count: u32): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot mesh: a cell is of material ");
  sayInteger(sentence, material);
  say(sentence, ", the table has ");
  sayInteger(sentence, count);
  return errSentence(sentence);
}
