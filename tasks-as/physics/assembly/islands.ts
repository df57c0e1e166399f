/** Bodies that hang together by contacts and joints: a union-find whose roots are the lowest bodies. */
import { arenaTake } from "../../lib/arena";
import { JOINT_PAIR, MASS, PAIR } from "./layout";
import { State, bodyArray, contactArray, jointArray } from "./state";

/** A parent per body. */
export function newIslands(bodyCount: u32): usize {
  const parents = arenaTake(<usize>bodyCount << 2, 4);
  for (let body: u32 = 0; body < bodyCount; body++) store<u32>(parents + (<usize>body << 2), body);
  return parents;
}

/** The lowest body of an island. */
// @ts-ignore: decorator
@inline
export function rootOf(parents: usize, body: u32): u32 {
  let at = body;
  let parent = load<u32>(parents + (<usize>at << 2));
  while (parent != at) {
    // Every second link is shortened on the way.
    const above = load<u32>(parents + (<usize>parent << 2));
    store<u32>(parents + (<usize>at << 2), above);
    at = above;
    parent = load<u32>(parents + (<usize>at << 2));
  }
  return at;
}

// @ts-ignore: decorator
@inline
function unite(parents: usize, a: u32, b: u32): void {
  const rootA = rootOf(parents, a);
  const rootB = rootOf(parents, b);
  if (rootA < rootB) store<u32>(parents + (<usize>rootB << 2), rootA);
  else if (rootB < rootA) store<u32>(parents + (<usize>rootA << 2), rootB);
}

/** Unites what a list of pairs touches or joins; what never moves holds nothing together. */
function unitePairs(parents: usize, masses: usize, pairs: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u32>(pairs + (<usize>i << 2));
    const a = pair >> 16;
    const b = pair & 0xffff;
    if (load<f32>(masses + (<usize>a << 2)) != 0 && load<f32>(masses + (<usize>b << 2)) != 0) unite(parents, a, b);
  }
}

export function uniteContacts(parents: usize, state: State): void {
  unitePairs(parents, bodyArray(state, MASS), contactArray(state, PAIR), state.contactCount);
}

export function uniteJoints(parents: usize, state: State): void {
  unitePairs(parents, bodyArray(state, MASS), jointArray(state, JOINT_PAIR), state.jointCount);
}
