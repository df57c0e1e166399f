/** Which pairs are joined: contacts between them are left out unless a joint says that they collide. */
import { JOINT_KIND, JOINT_PAIR, KIND_COLLIDES } from "./layout";
import { State, jointArray } from "./state";

/** The first joint from `from` on whose pair is not below `pair`. Joints ascend by pair. */
// @ts-ignore: decorator
@inline
export function nextJoined(state: State, from: u32, pair: u32): u32 {
  const pairs = jointArray(state, JOINT_PAIR);
  let joint = from;
  while (joint < state.jointCount && load<u32>(pairs + (<usize>joint << 2)) < pair) joint++;
  return joint;
}

/** Whether `joint`, the first with at least this pair, keeps it from colliding. */
// @ts-ignore: decorator
@inline
export function isParted(state: State, joint: u32, pair: u32): bool {
  const at = <usize>joint << 2;
  return load<u32>(jointArray(state, JOINT_PAIR) + at) == pair &&
    (load<u32>(jointArray(state, JOINT_KIND) + at) & KIND_COLLIDES) == 0;
}

/** The same for any pair, by search. */
export function isJoinedApart(state: State, pair: u32): bool {
  const pairs = jointArray(state, JOINT_PAIR);
  let low: u32 = 0;
  let high = state.jointCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(pairs + (<usize>middle << 2)) < pair) low = middle + 1;
    else high = middle;
  }
  return low < state.jointCount && isParted(state, low, pair);
}
