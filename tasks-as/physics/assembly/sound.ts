/** What a state's values must be: ranges, order, canonical form. Afterwards nothing needs a further question. */
import { Sentence, say, sayInteger, sentenceStart } from "../../lib/abi";
import {
  ASLEEP, BODY_ARRAYS, DAMPING_MAX, FRICTION, FRICTION_MAX, GRAVITY_MAX, HALF, HALF_MAX, HALF_MIN, HALF_RATIO_MAX,
  HEADER_SIZE, IMPULSE_MAX, MASS_MAX, MASS_MIN, ORIENTATION, POSITION, POSITION_MAX, QUIET, RESTITUTION,
  SPEED_MAX, SPIN, SPIN_MAX, TANGENT1, VELOCITY,
} from "./layout";
import { contactsSound, impulsesSound, pairsInRange } from "./sound_contacts";
import { jointFault } from "./sound_joints";
import { State, contactArray } from "./state";
import { within } from "./vec";

/** The sentence that says what is wrong with a state's values, or null when all is in range. */
export function faultOf(state: State): Sentence | null {
  const scene = sceneFault(state);
  if (scene != null) return scene;
  const body = bodyFault(state);
  if (body != null) return body;
  const contact = contactFault(state);
  if (contact != null) return contact;
  return jointFault(state);
}

/** What `check` needs of an input: not that contacts fit their shapes and carry sane impulses, which it never reads. */
export function faultForCheck(state: State): Sentence | null {
  const scene = sceneFault(state);
  if (scene != null) return scene;
  const body = bodyFault(state);
  if (body != null) return body;
  return pairsInRange(state) ? jointFault(state) : fault("a contact");
}

function sceneFault(state: State): Sentence | null {
  const start = state.start;
  for (let i: usize = 0; i < 3; i++) {
    if (!(abs(load<f32>(start + i * 4, 16)) <= GRAVITY_MAX)) return fault("gravity");
  }
  for (let i: usize = 0; i < 2; i++) {
    const damping = load<f32>(start + i * 4, 28);
    if (!(damping >= 0 && damping <= DAMPING_MAX)) return fault("damping");
  }
  return null;
}

function fault(what: string): Sentence {
  const sentence = sentenceStart();
  say(sentence, "Cannot step: ");
  say(sentence, what);
  say(sentence, " is not finite or out of range");
  return sentence;
}

function bodyFault(state: State): Sentence | null {
  if (bodiesSound(state)) return null;
  for (let body: u32 = 0; body < state.bodyCount; body++) {
    const what = faultOfBody(state, body);
    if (what == null) continue;
    const sentence = sentenceStart();
    say(sentence, "Cannot step: body ");
    sayInteger(sentence, body);
    say(sentence, what as string);
    return sentence;
  }
  return fault("padding behind the last body");
}

/** Whether every body is in range. */
function bodiesSound(state: State): bool {
  for (let group: u32 = 0, groups = (state.bodyCount + 3) >> 2; group < groups; group++) {
    if (!groupSound(state, group)) return false;
  }
  return true;
}

/** Whether the four bodies of a group, and padding if they are fewer, are in range. */
function groupSound(state: State, group: u32): bool {
  const stride = state.stride;
  const at = state.start + HEADER_SIZE + (<usize>group << 4);
  const zero = f32x4.splat(0);
  const mass = v128.load(at);
  const fixed = f32x4.eq(mass, zero);
  let ok = v128.or(
    fixed,
    v128.and(f32x4.ge(mass, f32x4.splat(MASS_MIN)), f32x4.le(mass, f32x4.splat(MASS_MAX))),
  );
  ok = v128.and(ok, within(v128.load(at + stride * FRICTION), 0, FRICTION_MAX));
  ok = v128.and(ok, within(v128.load(at + stride * RESTITUTION), 0, 1));
  const hx = v128.load(at + stride * HALF);
  const hy = v128.load(at + stride * (HALF + 1));
  const hz = v128.load(at + stride * (HALF + 2));
  // Ball: (radius, 0, 0). Capsule: (radius, half its axis, 0). Box: three half edges.
  const least = f32x4.splat(HALF_MIN);
  const flat = f32x4.eq(hz, zero);
  const longest = f32x4.max(hx, f32x4.max(hy, hz));
  const shortest = f32x4.min(hx, v128.bitselect(hx, f32x4.min(hy, hz), flat));
  const slim = v128.or(fixed, f32x4.le(longest, f32x4.mul(shortest, f32x4.splat(HALF_RATIO_MAX))));
  const long = v128.or(f32x4.ge(hy, least), v128.and(flat, f32x4.eq(hy, zero)));
  ok = v128.and(ok, v128.and(v128.and(f32x4.ge(shortest, least), f32x4.le(longest, f32x4.splat(HALF_MAX))), slim));
  ok = v128.and(ok, long);
  for (let i: usize = 0; i < 3; i++) {
    ok = v128.and(ok, within(v128.load(at + stride * (POSITION + i)), -POSITION_MAX, POSITION_MAX));
  }
  const still = v128.not(fixed);
  ok = v128.and(ok, within(squares(at + stride * ORIENTATION, stride, 4), 0.998, 1.002));
  const quiet = v128.load(at + stride * QUIET);
  const moving = v128.and(still, f32x4.lt(quiet, f32x4.splat(ASLEEP)));
  ok = v128.and(ok, v128.and(within(quiet, 0, ASLEEP), f32x4.eq(f32x4.floor(quiet), quiet)));
  ok = v128.and(ok, v128.or(still, f32x4.eq(quiet, zero)));
  ok = v128.and(ok, shorter(squares(at + stride * VELOCITY, stride, 3), SPEED_MAX, moving));
  ok = v128.and(ok, shorter(squares(at + stride * SPIN, stride, 3), SPIN_MAX, moving));
  const present = state.bodyCount - group * 4;
  if (present >= 4) return i32x4.all_true(ok);
  // Lanes behind the last body must be zero in every array.
  const lanes = i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(present));
  for (let array: usize = 0; array < BODY_ARRAYS; array++) {
    if (v128.any_true(v128.andnot(v128.load(at + stride * array), lanes))) return false;
  }
  return i32x4.all_true(v128.or(ok, v128.not(lanes)));
}

/** Whether a squared length is at most limit² with a little room for rounding; lanes not in `mask` must be zero. */
// @ts-ignore: decorator
@inline
export function shorter(square: v128, limit: f32, mask: v128): v128 {
  return f32x4.le(square, v128.and(mask, f32x4.splat(limit * limit * <f32>1.00001)));
}

// @ts-ignore: decorator
@inline
function squares(at: usize, stride: usize, count: usize): v128 {
  let total = f32x4.splat(0);
  for (let i: usize = 0; i < count; i++) {
    const value = v128.load(at + stride * i);
    total = f32x4.add(total, f32x4.mul(value, value));
  }
  return total;
}

/** What is wrong with one body, for the sentence. */
function faultOfBody(state: State, body: u32): string | null {
  const at = state.start + HEADER_SIZE + (<usize>body << 2);
  const stride = state.stride;
  const mass = load<f32>(at);
  const fixed = mass == 0;
  if (!fixed && !(mass >= MASS_MIN && mass <= MASS_MAX)) return ": mass is neither 0 nor 0.001 ... 1,000,000 kg";
  const friction = load<f32>(at + stride * FRICTION);
  if (!(friction >= 0 && friction <= FRICTION_MAX)) return ": friction is not 0 ... 4";
  const restitution = load<f32>(at + stride * RESTITUTION);
  if (!(restitution >= 0 && restitution <= 1)) return ": restitution is not 0 ... 1";
  if (!saneHalf(at + stride * HALF, stride, fixed)) {
    return ": extents are not 0.01 ... 1,000 m, or longer than 100 to 1";
  }
  for (let i: usize = 0; i < 3; i++) {
    if (!(abs(load<f32>(at + stride * (POSITION + i))) <= POSITION_MAX)) return ": position is beyond 10,000 m";
  }
  const unit = squareSum(at + stride * ORIENTATION, stride, 4);
  if (!(unit >= 0.998 && unit <= 1.002)) return ": orientation is not a unit quaternion";
  const speed = squareSum(at + stride * VELOCITY, stride, 3);
  const spin = squareSum(at + stride * SPIN, stride, 3);
  if (fixed && !(speed == 0 && spin == 0)) return ": has no mass, so it must not move";
  const quiet = load<f32>(at + stride * QUIET);
  if (!(quiet >= 0 && quiet <= ASLEEP && floor<f32>(quiet) == quiet)) return ": quiet steps are not a whole 0 ... 31";
  if (fixed && quiet != 0) return ": has no mass, so it has no quiet steps";
  if (quiet == ASLEEP && !(speed == 0 && spin == 0)) return ": sleeps, so it must not move";
  if (!(speed <= SPEED_MAX * SPEED_MAX * <f32>1.00001)) return ": velocity is beyond 200 m/s";
  if (!(spin <= SPIN_MAX * SPIN_MAX * <f32>1.00001)) return ": angular velocity is beyond 100 rad/s";
  return null;
}

function saneHalf(at: usize, stride: usize, fixed: bool): bool {
  const x = load<f32>(at);
  const y = load<f32>(at + stride);
  const z = load<f32>(at + 2 * stride);
  const longest = max(x, max(y, z));
  const shortest = z == 0 ? x : min(x, min(y, z));
  const long = y >= HALF_MIN || (y == 0 && z == 0);
  return long && shortest >= HALF_MIN && longest <= HALF_MAX && (fixed || longest <= shortest * HALF_RATIO_MAX);
}

function squareSum(at: usize, stride: usize, count: usize): f32 {
  let total: f32 = 0;
  for (let i: usize = 0; i < count; i++) {
    const value = load<f32>(at + stride * i);
    total += value * value;
  }
  return total;
}

/** Contacts: pairs ascend, codes fit the shapes, the points add up, impulses are in range and canonical. */
function contactFault(state: State): Sentence | null {
  if (!contactsSound(state)) return fault("a contact");
  const rubs = <usize>state.contactCount * 3;
  const sound = impulsesSound(contactArray(state, TANGENT1), rubs, -IMPULSE_MAX) &&
    impulsesSound(state.normals, <usize>state.pointCount, 0);
  return sound ? null : fault("an impulse");
}
