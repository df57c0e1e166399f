/**
 * `check`: light comes in from around the chunk, and in rows that the seed draws it meets its conditions; in a
 * slab that it draws the quads cover as much as can be seen, in some of its rows a face of each direction is
 * covered, once, and looks right; and quads that it draws are faces at all.
 */
import { err, errSentence, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow, randomBits, randomFrom } from "../../lib/random";
import { blockedBits, cellAt, clearBits, Evidence, fillEvidence, isVisible, opaqueBits } from "./evidence";
import { frontStep, sameBits } from "./faces";
import { FACE_FINE, FACE_UNCOVERED, FACE_UNMERGED, Group, judgeFace } from "./judge_faces";
import { isLightLetIn, isRowLit, SCRATCH_SIZE } from "./judge_light";
import { isSlabCovered, lookAtSlab, Slab, SLAB_COUNTS_SIZE } from "./judge_slab";
import { CHUNK_SIZE, COUNTS_SIZE, FACES, QUAD_SIZE, SIDE } from "./layout";

const LIGHT_ROWS_DRAWN = 16;
const QUADS_DRAWN = 12;
/** So many slabs are drawn until one has a face that can be seen. */
const SLABS_DRAWN = 8;
/** Of the rows of the drawn slab one in so many is looked at closely, as a power of two. */
const ROWS_SKIPPED_LOG2 = 2;

@unmanaged
class Judge {
  evidence: Evidence;
  random: Random;
  group: Group;
  output: usize;
  quads: u32;
}

export function judge(input: usize, materials: usize, count: u32, output: usize, outputSize: usize, seed: u64): usize {
  const quads = quadCount(output, outputSize);
  if (quads == u32.MAX_VALUE) return err("Cannot accept the output: its counts do not fit its size");
  const judge = changetype<Judge>(arenaTake(offsetof<Judge>(), 4));
  judge.evidence = changetype<Evidence>(arenaTake(offsetof<Evidence>(), 4));
  judge.group = changetype<Group>(arenaTake(offsetof<Group>(), 4));
  judge.random = randomFrom(seed);
  judge.output = output;
  judge.quads = quads;
  fillEvidence(judge.evidence, input, materials, count, output + COUNTS_SIZE + QUAD_SIZE * <usize>quads);
  if (!isLightLetIn(judge.evidence)) return err("Cannot accept the output: light from around the chunk does not come in");
  const scratch = arenaTake(SCRATCH_SIZE, 16);
  for (let i = 0; i < LIGHT_ROWS_DRAWN; i++) {
    const y = randomBelow(judge.random, SIDE);
    const z = randomBelow(judge.random, SIDE);
    if (!isRowLit(judge.evidence, y, z, scratch)) return refuse("the light of the row at y, z ", y, z);
  }
  const slabFault = faultOfSlab(judge);
  if (slabFault != 0) return slabFault;
  for (let i = 0; i < QUADS_DRAWN && quads > 0; i++) {
    const fault = faultOfQuad(judge, randomBelow(judge.random, quads));
    if (fault != 0) return fault;
  }
  return okNothing();
}

/** The number of quads, or the largest number when counts and size do not agree. */
function quadCount(output: usize, size: usize): u32 {
  if (size < COUNTS_SIZE + CHUNK_SIZE) return u32.MAX_VALUE;
  let count: u64 = 0;
  for (let at: usize = 0; at < COUNTS_SIZE; at += 4) count += load<u32>(output + at);
  return count * QUAD_SIZE == <u64>(size - COUNTS_SIZE - CHUNK_SIZE) ? <u32>count : u32.MAX_VALUE;
}

/** Makes a group of quads the one that is asked. */
function turnTo(judge: Judge, group: u32): void {
  let before: u32 = 0;
  for (let i: u32 = 0; i < group; i++) before += load<u32>(judge.output + (i << 2));
  judge.group.face = group % FACES;
  judge.group.start = judge.output + COUNTS_SIZE + QUAD_SIZE * <usize>before;
  judge.group.end = judge.group.start + QUAD_SIZE * <usize>load<u32>(judge.output + (group << 2));
}

/** Judges what the quads cover of a slab, and some of its rows closely; 0 or the error result. */
function faultOfSlab(judge: Judge): usize {
  const slab = changetype<Slab>(arenaTake(offsetof<Slab>(), 4));
  slab.counts = arenaTake(SLAB_COUNTS_SIZE, 4);
  for (let i = 0; i < SLABS_DRAWN; i++) {
    slab.z = randomBelow(judge.random, SIDE);
    lookAtSlab(judge.evidence, slab);
    if (slab.rowsSeen != 0) break;
  }
  if (!isSlabCovered(slab, judge.output, judge.output + COUNTS_SIZE)) return refuse("what quads cover of the slab at z ", slab.z);
  let rows = slab.rowsSeen;
  for (let i = 0; i < ROWS_SKIPPED_LOG2; i++) rows &= <u32>randomBits(judge.random);
  for (; rows != 0; rows &= rows - 1) {
    const fault = faultOfRow(judge, ctz(rows), slab.z);
    if (fault != 0) return fault;
  }
  return 0;
}

/** Judges one visible face of each kind in a row of cells; 0 or the error result. */
function faultOfRow(judge: Judge, y: u32, z: u32): usize {
  const evidence = judge.evidence;
  const at = cellAt(evidence, 0, y, z);
  const opaque = opaqueBits(evidence, at - 1);
  const clear = clearBits(at, opaque);
  if ((opaque | clear) == 0) return 0;
  for (let face: u32 = 0; face < FACES; face++) {
    const open = ~blockedBits(evidence, at, opaque, face);
    const fault = faultAmong(judge, <u32>(opaque >> 1) & open, face, y, z);
    if (fault != 0) return fault;
    if (clear == 0) continue;
    const clearFault = faultAmong(judge, clear & open & ~sameBits(at, at + frontStep(face)), face + FACES, y, z);
    if (clearFault != 0) return clearFault;
  }
  return 0;
}

/** Judges one of the faces of a row. */
function faultAmong(judge: Judge, faces: u32, group: u32, y: u32, z: u32): usize {
  if (faces == 0) return 0;
  for (let skipped = randomBelow(judge.random, <u32>popcnt(faces)); skipped > 0; skipped--) faces &= faces - 1;
  turnTo(judge, group);
  return faultOfFace(judge, ctz(faces), y, z);
}

/** Judges a face inside a quad; 0 or the error result. */
function faultOfQuad(judge: Judge, index: u32): usize {
  let group: u32 = 0;
  for (let rest = index; rest >= load<u32>(judge.output + (group << 2)); group++) rest -= load<u32>(judge.output + (group << 2));
  const quad = load<u32>(judge.output + COUNTS_SIZE + QUAD_SIZE * <usize>index);
  const face = group % FACES;
  const alongU = randomBelow(judge.random, (quad >> 15 & 31) + 1);
  const alongV = randomBelow(judge.random, (quad >> 20 & 31) + 1);
  const x = (quad & 31) + (face < 2 ? 0 : alongU);
  const y = (quad >> 5 & 31) + (face >= 2 && face < 4 ? 0 : alongV);
  const z = (quad >> 10 & 31) + (face < 2 ? alongU : face < 4 ? alongV : 0);
  if (x >= <u32>SIDE || y >= <u32>SIDE || z >= <u32>SIDE) return err("Cannot accept the output: a quad reaches beyond the chunk");
  const isSeen = isVisible(judge.evidence, cellAt(judge.evidence, x, y, z), face, group >= FACES);
  if (!isSeen) return refuse("nobody can see the face of cell ", x, y, z);
  turnTo(judge, group);
  return faultOfFace(judge, x, y, z);
}

function faultOfFace(judge: Judge, x: u32, y: u32, z: u32): usize {
  const fault = judgeFace(judge.evidence, judge.group, x, y, z);
  if (fault == FACE_FINE) return 0;
  if (fault == FACE_UNCOVERED) return refuse("no quad covers a face of cell ", x, y, z);
  if (fault == FACE_UNMERGED) return refuse("quads are not merged at a face of cell ", x, y, z);
  return refuse("a wrong quad covers a face of cell ", x, y, z);
}

/** Where something is wrong: a slab, a row or a cell, for which `what` says all. */
function refuse(what: string, a: u32, b: i32 = -1, c: i32 = -1): usize {
  const sentence = sentenceStart();
  say(sentence, "Cannot accept the output: ");
  say(sentence, what);
  sayInteger(sentence, a);
  if (b >= 0) {
    say(sentence, ",");
    sayInteger(sentence, b);
  }
  if (c >= 0) {
    say(sentence, ",");
    sayInteger(sentence, c);
  } else {
    say(sentence, " is wrong");
  }
  return errSentence(sentence);
}
