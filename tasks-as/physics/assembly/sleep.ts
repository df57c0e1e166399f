/**
 * Sleep: an island of which every body was slow for half a second, and which rests on or hangs from something that
 * never moves, is held where it is and costs nothing, until a body that is awake touches it.
 */
import { arenaTake } from "../../lib/arena";
import { newIslands, rootOf, uniteContacts, uniteJoints } from "./islands";
import {
  ASLEEP, JOINT_PAIR, MASS, MOVING_ARRAYS, PAIR, QUIET, QUIET_STEPS, SPIN, VELOCITY,
} from "./layout";
import { State, bodyArray, contactArray, jointArray, maySleep } from "./state";

// @ts-ignore: decorator
@inline
export function isHeld(held: usize, body: u32): bool {
  return load<u32>(held + (<usize>body << 2)) != 0;
}

/** Whether any body of `held` is. */
export function anyHeld(state: State, held: usize): bool {
  let some = i32x4.splat(0);
  for (let i: usize = 0; i < state.stride; i += 16) some = v128.or(some, v128.load(held + i));
  return v128.any_true(some);
}

/** Whether both bodies of a pair are held, or one is and the other never moves: such a pair stays as it was. */
// @ts-ignore: decorator
@inline
export function bothStill(masses: usize, held: usize, pair: u32): bool {
  const a = pair >> 16;
  const b = pair & 0xffff;
  const stillA = isHeld(held, a) || load<f32>(masses + (<usize>a << 2)) == 0;
  return stillA && (isHeld(held, b) || load<f32>(masses + (<usize>b << 2)) == 0);
}

/**
 * Frees what hangs together with a body that is awake: sleepers by the contacts and joints they fell asleep with, all
 * by joints, and by `touching`, the pairs that touch now. Returns whether any was freed.
 */
export function wake(state: State, held: usize, touching: usize, touchingCount: u32): bool {
  const count = state.bodyCount;
  const masses = bodyArray(state, MASS);
  const roots = newIslands(count);
  uniteJoints(roots, state);
  uniteSleepers(roots, state, held);
  // A byte per body: whether its island has a body awake, or NEVER.
  const woken = arenaTake(count, 1);
  memory.fill(woken, 0, count);
  for (let body: u32 = 0; body < count; body++) {
    // Roots are the lowest bodies, so those of lower bodies are known.
    const at = roots + (<usize>body << 2);
    const root = load<u32>(roots + (<usize>load<u32>(at) << 2));
    store<u32>(at, root);
    if (load<f32>(masses + (<usize>body << 2)) == 0) store<u8>(woken + body, NEVER);
    else if (!isHeld(held, body)) store<u8>(woken + root, AWAKE);
  }
  do {
    for (let body: u32 = 0; body < count; body++) {
      const island = load<u8>(woken + load<u32>(roots + (<usize>body << 2)));
      if (island == AWAKE) store<u8>(woken + body, AWAKE);
    }
  } while (spreads(roots, woken, touching, touchingCount));
  let freed = false;
  for (let body: u32 = 0; body < count; body++) {
    if (!isHeld(held, body) || load<u8>(woken + body) != AWAKE) continue;
    store<u32>(held + (<usize>body << 2), 0);
    freed = true;
  }
  return freed;
}

/** Marks of bodies in `wake`; what never moves carries nothing on. */
const AWAKE: u8 = 1;
const NEVER: u8 = 2;

/** Wakes the islands that touch one awake; whether there were any. */
function spreads(roots: usize, woken: usize, touching: usize, count: u32): bool {
  let spread = false;
  for (let at = touching, end = touching + (<usize>count << 2); at < end; at += 4) {
    const pair = load<u32>(at);
    const a = pair >> 16;
    const b = pair & 0xffff;
    if ((load<u8>(woken + a) ^ load<u8>(woken + b)) != AWAKE) continue;
    store<u8>(woken + load<u32>(roots + (<usize>a << 2)), AWAKE);
    store<u8>(woken + load<u32>(roots + (<usize>b << 2)), AWAKE);
    spread = true;
  }
  return spread;
}

/** Unites sleepers that touch in the state. */
function uniteSleepers(parents: usize, state: State, held: usize): void {
  const pairs = contactArray(state, PAIR);
  for (let i: u32 = 0; i < state.contactCount; i++) {
    const pair = load<u32>(pairs + (<usize>i << 2));
    const a = pair >> 16;
    const b = pair & 0xffff;
    if (!isHeld(held, a) || !isHeld(held, b)) continue;
    const rootA = rootOf(parents, a);
    const rootB = rootOf(parents, b);
    store<u32>(parents + (<usize>max(rootA, rootB) << 2), min(rootA, rootB));
  }
}

/**
 * Lets islands of the next state fall asleep whose bodies are all quiet and of which one rests on what never moves.
 * `moving`: the moving arrays of the next state, laid out like those of `next`, whose contacts and joints count.
 */
export function settle(next: State, moving: usize): void {
  if (!maySleep(next)) return;
  const count = next.bodyCount;
  const stride = next.stride;
  const quiet = moving + stride * (QUIET - MOVING_ARRAYS);
  if (!anyReady(quiet, stride)) return;
  const masses = bodyArray(next, MASS);
  const parents = newIslands(count);
  uniteContacts(parents, next);
  uniteJoints(parents, next);
  // Per island: bit 0 one is not quiet, bit 1 one rests on something.
  const marks = arenaTake(<usize>count << 2, 4);
  memory.fill(marks, 0, <usize>count << 2);
  for (let body: u32 = 0; body < count; body++) {
    if (load<f32>(masses + (<usize>body << 2)) == 0) continue;
    if (load<f32>(quiet + (<usize>body << 2)) < QUIET_STEPS) mark(marks, rootOf(parents, body), 1);
  }
  markAnchored(marks, parents, masses, contactArray(next, PAIR), next.contactCount);
  markAnchored(marks, parents, masses, jointArray(next, JOINT_PAIR), next.jointCount);
  for (let body: u32 = 0; body < count; body++) {
    const at = <usize>body << 2;
    if (load<f32>(masses + at) == 0 || load<u32>(marks + (<usize>rootOf(parents, body) << 2)) != 2) continue;
    store<f32>(quiet + at, ASLEEP);
    for (let i: usize = 0; i < 3; i++) {
      store<f32>(moving + stride * (VELOCITY - MOVING_ARRAYS + i) + at, 0);
      store<f32>(moving + stride * (SPIN - MOVING_ARRAYS + i) + at, 0);
    }
  }
}

/** Whether any body has been quiet for long enough and does not sleep yet. */
function anyReady(quiet: usize, stride: usize): bool {
  let ready = i32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    ready = v128.or(ready, f32x4.eq(v128.load(quiet + i), f32x4.splat(QUIET_STEPS)));
  }
  return v128.any_true(ready);
}

// @ts-ignore: decorator
@inline
function mark(marks: usize, root: u32, bit: u32): void {
  const at = marks + (<usize>root << 2);
  store<u32>(at, load<u32>(at) | bit);
}

function markAnchored(marks: usize, parents: usize, masses: usize, pairs: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u32>(pairs + (<usize>i << 2));
    const a = pair >> 16;
    const b = pair & 0xffff;
    if (load<f32>(masses + (<usize>a << 2)) == 0) mark(marks, rootOf(parents, b), 2);
    if (load<f32>(masses + (<usize>b << 2)) == 0) mark(marks, rootOf(parents, a), 2);
  }
}
