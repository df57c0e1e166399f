/**
 * Which bodies `check` computes. In groups of four: all that nothing touches, for they are cheap; and of the others some
 * that the seed draws. Of the rest the bodies that were shaken most, one by one. So what stands out most in a step is
 * always computed, and everything else with the chance of a draw.
 */
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow } from "../../lib/random";
import { JOINT_PAIR, MASS, PAIR } from "./layout";
import { State, bodyArray, contactArray, jointArray } from "./state";
import { bytesOf, splat } from "./vec";

/** A byte per group and one per body, whose larger bits outweigh the smaller ones: left out; */
export const LEFT_OUT: u32 = 0;
/** (a body alone) left out and never moving, where a share of the contacts is looked at all the same; */
export const FIXED: u32 = 1;
/** computed, because nothing touches it, or because it was shaken: such contacts say little about the others; */
export const COMPUTED: u32 = 2;
/** computed, because the seed drew it. */
export const DRAWN: u32 = 4;
/** Beside these (a body alone): it is held or never moves. */
export const STILL: u32 = 0x80;

/** Draws: one group in so many, but no fewer than so many. */
const GROUPS_PER_DRAW: u32 = 12;
const DRAWS_MIN: u32 = 4;
/** How many of the most shaken bodies, and by how much they must be, (m/s)². */
const SHAKEN_MAX: u32 = 6;
const SHAKEN_LEAST: f32 = 4.0e-4;
/** No shock: of who is not awake, and of who needs no choice any more. */
const NO_SHOCK: f32 = -1;

@unmanaged
export class Drawn {
  /** A byte per group: LEFT_OUT where no body is computed. */
  marks: usize;
  /** A byte per body. */
  bodies: usize;
  groups: u32;
  /** Whether the seed drew every group in which one is awake. */
  complete: bool;
}

/** Marks groups and bodies. `shocks`: an f32 per body, negative where it is not awake; used up. */
export function drawGroups(next: State, held: usize, shocks: usize, random: Random): Drawn {
  const drawn = changetype<Drawn>(arenaTake(offsetof<Drawn>(), 4));
  const groups = <u32>(next.stride >> 4);
  const marks = arenaTake(groups, 1);
  drawn.marks = marks;
  drawn.bodies = arenaTake(<usize>groups << 2, 4);
  drawn.groups = groups;
  memory.fill(marks, <u8>COMPUTED, groups);
  leaveOut(marks, contactArray(next, PAIR), next.contactCount);
  leaveOut(marks, jointArray(next, JOINT_PAIR), next.jointCount);
  const list = arenaTake(<usize>groups << 2, 4);
  const none = splat(NO_SHOCK);
  let count: u32 = 0;
  for (let group: u32 = 0; group < groups; group++) {
    const at = shocks + (<usize>group << 4);
    if (load<u8>(marks + group) != LEFT_OUT) v128.store(at, none);
    else if (v128.any_true(f32x4.ge(v128.load(at), splat(0)))) {
      store<u32>(list + (<usize>count << 2), group);
      count++;
    }
  }
  for (let draws = max<u32>(DRAWS_MIN, count / GROUPS_PER_DRAW); draws > 0 && count > 0; draws--) {
    const group = take(list, randomBelow(random, count), count);
    store<u8>(marks + group, <u8>DRAWN);
    v128.store(shocks + (<usize>group << 4), none);
    count--;
  }
  drawn.complete = count == 0;
  markBodies(drawn, bodyArray(next, MASS), held);
  for (let shaken: u32 = 0; shaken < SHAKEN_MAX; shaken++) {
    const body = mostShaken(shocks, next.stride);
    const at = shocks + (<usize>body << 2);
    if (load<f32>(at) < SHAKEN_LEAST) break;
    store<f32>(at, NO_SHOCK);
    store<u8>(marks + (body >> 2), <u8>COMPUTED);
    store<u8>(drawn.bodies + body, <u8>COMPUTED);
  }
  return drawn;
}

/** Spreads the marks of groups to their bodies. */
function markBodies(drawn: Drawn, masses: usize, held: usize): void {
  const zero = splat(0);
  for (let group: usize = 0; group < <usize>drawn.groups; group++) {
    const mark = <u32>load<u8>(drawn.marks + group);
    const fixed = f32x4.eq(v128.load(masses + (group << 4)), zero);
    const still = v128.and(v128.or(fixed, v128.load(held + (group << 4))), i32x4.splat(STILL));
    const extra = v128.and(fixed, i32x4.splat(mark == LEFT_OUT ? FIXED : 0));
    store<u32>(drawn.bodies + (group << 2), bytesOf(v128.or(v128.or(still, extra), i32x4.splat(mark))));
  }
}

/** Which of the four bodies of a group are computed: all ones in their lanes. */
// @ts-ignore: decorator
@inline
export function computedLanes(drawn: Drawn, group: u32): v128 {
  const bytes = v128.load32_zero(drawn.bodies + (<usize>group << 2));
  const lanes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
  return i32x4.ne(v128.and(lanes, i32x4.splat(COMPUTED | DRAWN)), i32x4.splat(0));
}

/** Leaves out the groups that a list of pairs names. */
function leaveOut(marks: usize, pairs: usize, count: u32): void {
  for (let at = pairs, end = pairs + (<usize>count << 2); at < end; at += 4) {
    const pair = load<u32>(at);
    store<u8>(marks + (pair >> 18), <u8>LEFT_OUT);
    store<u8>(marks + ((pair & 0xffff) >> 2), <u8>LEFT_OUT);
  }
}

/** Marks all groups as drawn. */
export function drawAll(drawn: Drawn, next: State, held: usize): void {
  memory.fill(drawn.marks, <u8>DRAWN, drawn.groups);
  markBodies(drawn, bodyArray(next, MASS), held);
  drawn.complete = true;
}

/** Takes the group at `place` out of a list of `count`; the last one moves there. */
// @ts-ignore: decorator
@inline
function take(list: usize, place: u32, count: u32): u32 {
  const at = list + (<usize>place << 2);
  const group = load<u32>(at);
  store<u32>(at, load<u32>(list + (<usize>(count - 1) << 2)));
  return group;
}

/** The body with the greatest of all shocks. */
function mostShaken(shocks: usize, stride: usize): u32 {
  let most = splat(NO_SHOCK);
  let places = i32x4.splat(0);
  for (let at: usize = 0; at < stride; at += 16) {
    const shock = v128.load(shocks + at);
    const more = f32x4.gt(shock, most);
    most = v128.bitselect(shock, most, more);
    places = v128.bitselect(i32x4.splat(<i32>at), places, more);
  }
  const half = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  const greatest = f32x4.pmax(half, v128.shuffle<f32>(half, half, 1, 0, 3, 2));
  const lane = ctz<u32>(i32x4.bitmask(f32x4.eq(most, greatest)));
  v128.store(shocks + stride, places);
  return (load<u32>(shocks + stride + (<usize>lane << 2)) >> 2) + lane;
}
