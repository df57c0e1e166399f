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

/** Unites what a list of pairs, ascending, touches or joins; what never moves holds nothing together. */
function unitePairs(parents: usize, masses: usize, pairs: usize, count: u32): void {
  let first: u32 = u32.MAX_VALUE;
  let moves = false;
  let root: u32 = 0;
  for (let at = pairs, end = pairs + (<usize>count << 2); at < end; at += 4) {
    const pair = load<u32>(at);
    if (pair >> 16 != first) {
      first = pair >> 16;
      moves = load<f32>(masses + (<usize>first << 2)) != 0;
      root = rootOf(parents, first);
    }
    const second = pair & 0xffff;
    if (!moves || load<f32>(masses + (<usize>second << 2)) == 0) continue;
    const other = rootOf(parents, second);
    if (other < root) {
      store<u32>(parents + (<usize>root << 2), other);
      root = other;
    } else if (root < other) store<u32>(parents + (<usize>other << 2), root);
  }
}

export function uniteContacts(parents: usize, state: State): void {
  unitePairs(parents, bodyArray(state, MASS), contactArray(state, PAIR), state.contactCount);
}

export function uniteJoints(parents: usize, state: State): void {
  unitePairs(parents, bodyArray(state, MASS), jointArray(state, JOINT_PAIR), state.jointCount);
}
