/**
 * Which bodies `check` computes: groups of four. All that nothing touches, for they are cheap; of the others some that
 * the seed draws, and those that were shaken most. So what stands out most in a step is always computed, and everything
 * else with the chance of a draw.
 */
import { arenaTake } from "../../lib/arena";
import { Random, randomBelow } from "../../lib/random";
import { JOINT_PAIR, MASS, PAIR } from "./layout";
import { State, bodyArray, contactArray, jointArray } from "./state";

/** A byte per group and one per body: left out; */
export const LEFT_OUT: u32 = 0;
/** (a body alone) left out and never moving, where a share of the contacts is looked at all the same; */
export const FIXED: u32 = 1;
/** computed, because nothing touches it, or because it was shaken: such contacts say little about the others; */
export const COMPUTED: u32 = 2;
/** computed, because the seed drew it. */
export const DRAWN: u32 = 3;

/** Draws: one group in so many, but no fewer than so many. */
const GROUPS_PER_DRAW: u32 = 12;
const DRAWS_MIN: u32 = 4;
/** How many of the most shaken, and by how much they must be, (m/s)². */
const SHAKEN_MAX: u32 = 3;
const SHAKEN_LEAST: f32 = 4.0e-4;

@unmanaged
export class Drawn {
  /** A byte per group. */
  marks: usize;
  /** A byte per body. */
  bodies: usize;
  groups: u32;
  /** Whether the seed drew every group in which one is awake. */
  complete: bool;
}

/** Marks groups. `shocks`: an f32 per group, negative where none is awake; those need no draw. */
export function drawGroups(next: State, shocks: usize, random: Random): Drawn {
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
  let count: u32 = 0;
  for (let group: u32 = 0; group < groups; group++) {
    if (load<f32>(shocks + (<usize>group << 2)) < 0 || load<u8>(marks + group) != LEFT_OUT) continue;
    store<u32>(list + (<usize>count << 2), group);
    count++;
  }
  for (let draws = max<u32>(DRAWS_MIN, count / GROUPS_PER_DRAW); draws > 0 && count > 0; draws--) {
    store<u8>(marks + take(list, randomBelow(random, count), count), <u8>DRAWN);
    count--;
  }
  drawn.complete = count == 0;
  for (let shaken: u32 = 0; shaken < SHAKEN_MAX && count > 0; shaken++) {
    const place = mostShaken(shocks, list, count);
    if (load<f32>(shocks + (<usize>load<u32>(list + (<usize>place << 2)) << 2)) < SHAKEN_LEAST) break;
    store<u8>(marks + take(list, place, count), <u8>COMPUTED);
    count--;
  }
  markBodies(drawn, bodyArray(next, MASS));
  return drawn;
}

/** Spreads the marks of groups to their bodies. */
function markBodies(drawn: Drawn, masses: usize): void {
  for (let group: usize = 0; group < <usize>drawn.groups; group++) {
    const mark = <u32>load<u8>(drawn.marks + group);
    store<u32>(drawn.bodies + (group << 2), mark * 0x01010101);
    if (mark != LEFT_OUT) continue;
    const fixed = f32x4.eq(v128.load(masses + (group << 4)), f32x4.splat(0));
    if (!v128.any_true(fixed)) continue;
    for (let lanes = i32x4.bitmask(fixed); lanes != 0; lanes &= lanes - 1) {
      store<u8>(drawn.bodies + (group << 2) + ctz<u32>(lanes), <u8>FIXED);
    }
  }
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
export function drawAll(drawn: Drawn): void {
  memory.fill(drawn.marks, <u8>DRAWN, drawn.groups);
  memory.fill(drawn.bodies, <u8>DRAWN, <usize>drawn.groups << 2);
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

function mostShaken(shocks: usize, list: usize, count: u32): u32 {
  let most: f32 = -1;
  let found: u32 = 0;
  for (let place: u32 = 0; place < count; place++) {
    const shock = load<f32>(shocks + (<usize>load<u32>(list + (<usize>place << 2)) << 2));
    if (shock <= most) continue;
    most = shock;
    found = place;
  }
  return found;
}

/** The larger mark of a pair's bodies; `marks`: a byte per body. */
// @ts-ignore: decorator
@inline
export function markOf(marks: usize, pair: u32): u32 {
  return max<u32>(load<u8>(marks + (pair >> 16)), load<u8>(marks + (pair & 0xffff)));
}
