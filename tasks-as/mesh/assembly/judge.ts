/**
 * `check`: light comes in from around the chunk, and in rows that the seed draws it meets its conditions; in a
 * slab that it draws the quads cover as much as can be seen, and some faces of it are covered once, by a quad that
 * looks right; and runs of quads that it draws are faces at all, look right, and stand in order.
 */
import { err, errSentence, okNothing, say, sayInteger, sentenceStart } from "../../lib/abi";
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow, randomBits, randomFrom } from "../../lib/random";
import { blockedBits, cellAt, clearBits, Evidence, fillEvidence, opaqueBits } from "./evidence";
import { frontStep, sameBits } from "./faces";
import { FACE_FINE, FACE_UNCOVERED, FACE_UNMERGED, Group, judgeFace } from "./judge_faces";
import { isLightLetIn, isRowLit, LIGHT_STEP, SCRATCH_SIZE } from "./judge_light";
import { judgeRun, RUN_BEYOND, RUN_FINE, RUN_UNSEEN, RUN_WRONG } from "./judge_run";
import { isSlabCovered, lookAtSlab, Slab, SLAB_COUNTS_SIZE } from "./judge_slab";
import { CHUNK_SIZE, COUNTS_SIZE, FACES, GROUPS, QUAD_SIZE, SIDE } from "./layout";

const LIGHT_ROWS_DRAWN = 6;
const RUNS_DRAWN = 2;
/** Of the drawn slab so many rows are drawn, and a face of each is looked at closely. */
const FACES_DRAWN = 1;
/** So many slabs are drawn until one has a face that can be seen. */
const SLABS_DRAWN = 8;
/** The first of the two directions along z. */
const FACING_Z: u32 = 4;

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
  if (!isLightLetIn(judge.evidence, <u32>randomBits(judge.random) & (LIGHT_STEP - 1))) return err("Cannot accept the output: light from around the chunk does not come in");
  const scratch = arenaTake(SCRATCH_SIZE, 16);
  for (let i = 0; i < LIGHT_ROWS_DRAWN; i++) {
    const y = randomBelow(judge.random, SIDE);
    const z = randomBelow(judge.random, SIDE);
    if (!isRowLit(judge.evidence, y, z, scratch)) return refuse("the light of the row at y, z ", y, z);
  }
  const slabFault = faultOfSlab(judge);
  if (slabFault != 0) return slabFault;
  for (let i = 0; i < RUNS_DRAWN && quads > 0; i++) {
    const fault = faultOfRun(judge, randomBelow(judge.random, quads));
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
  for (let i = 0; i < FACES_DRAWN && slab.rowsSeen != 0; i++) {
    const fault = faultOfRow(judge, drawnBit(judge, slab.rowsSeen), slab.z);
    if (fault != 0) return fault;
  }
  return 0;
}

/**
 * Judges a visible face in a row of cells, of the first direction from a drawn one on that has any; 0 or the error
 * result. Mostly one along z, because those are not counted.
 */
function faultOfRow(judge: Judge, y: u32, z: u32): usize {
  const evidence = judge.evidence;
  const at = cellAt(evidence, 0, y, z);
  const opaque = opaqueBits(evidence, at - 1);
  const clear = clearBits(at, opaque);
  const draw = <u32>randomBits(judge.random);
  const first = (draw & 6) != 0 ? FACING_Z + (draw & 1) : randomBelow(judge.random, GROUPS);
  for (let i: u32 = 0; i < GROUPS; i++) {
    const group = first + i < GROUPS ? first + i : first + i - GROUPS;
    const isClear = group >= FACES;
    const face = isClear ? group - FACES : group;
    let faces = isClear ? clear : <u32>(opaque >> 1);
    if (faces == 0) continue;
    faces &= ~blockedBits(evidence, at, opaque, face);
    if (isClear) faces &= ~sameBits(at, at + frontStep(face));
    if (faces == 0) continue;
    turnTo(judge, group);
    return faultOfFace(judge, drawnBit(judge, faces), y, z);
  }
  return 0;
}

/** The number of one of the bits of a word that is not 0. */
function drawnBit(judge: Judge, bits: u32): u32 {
  for (let skipped = randomBelow(judge.random, <u32>popcnt(bits)); skipped > 0; skipped--) bits &= bits - 1;
  return ctz(bits);
}

/** Judges some quads in a row from the one that is asked; 0 or the error result. */
function faultOfRun(judge: Judge, index: u32): usize {
  let group: u32 = 0;
  for (; index >= load<u32>(judge.output + (group << 2)); group++) index -= load<u32>(judge.output + (group << 2));
  turnTo(judge, group);
  const from = judge.group.start + QUAD_SIZE * <usize>index;
  const fault = judgeRun(judge.evidence, judge.group, from, group >= FACES, <u32>randomBits(judge.random));
  if (fault == RUN_FINE) return 0;
  if (fault == RUN_BEYOND) return err("Cannot accept the output: a quad reaches beyond the chunk or its longest edge");
  if (fault == RUN_UNSEEN) return err("Cannot accept the output: nobody can see the face that a quad covers");
  if (fault == RUN_WRONG) return err("Cannot accept the output: a quad looks wrong");
  return err("Cannot accept the output: quads are out of order or not merged");
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
