/** Contact records of a step: their layout, and how they are found and matched with the step before. */
import { arenaTake } from "../../lib/arena";
import { Bodies, bodyRecord } from "./bodies";
import { Pairs } from "./broad";
import { NO_CONTACT, collide } from "./collide";
import { FACE_SIZE } from "./face";
import { isParted, nextJoined } from "./joined";
import { GEO_SIZE } from "./geometry";
import {
  AXIS_BITS, AXIS_MASK, CODE, CONTACTS_MAX, FEATURE_BITS, FEATURE_MASK, PAIR, POINTS_MAX, TANGENT1, TANGENT2, TWIST,
} from "./layout";
import { OVERLAP_SIZE } from "./overlap";
import { State, contactArray, pointsOf } from "./state";

/** A record begins with its geometry (GEO_…). Then 16-byte rows: the directions of friction, */
export const CON_TANGENT1: usize = GEO_SIZE;
export const CON_TANGENT2: usize = GEO_SIZE + 16;
/** impulses of the substep: four normals, then two tangential, one twist and a zero, */
export const CON_NORMALS: usize = GEO_SIZE + 32;
export const CON_RUBS: usize = GEO_SIZE + 48;
/** sums over the finished substeps, and sums of what each substep's motion saw, two rows each, */
export const CON_TOTAL: usize = GEO_SIZE + 64;
export const CON_MEAN: usize = GEO_SIZE + 96;
/** impulses of restitution, and per point the normal velocity before its first touch. */
export const CON_BOUNCE: usize = GEO_SIZE + 128;
export const CON_APPROACH: usize = GEO_SIZE + 144;
/** Addresses of the bodies' movers and records; number of points, code, pair. */
export const CON_A: usize = GEO_SIZE + 160;
export const CON_B: usize = GEO_SIZE + 164;
export const CON_BODY_A: usize = GEO_SIZE + 168;
export const CON_BODY_B: usize = GEO_SIZE + 172;
export const CON_COUNT: usize = GEO_SIZE + 176;
export const CON_CODE: usize = GEO_SIZE + 180;
export const CON_PAIR: usize = GEO_SIZE + 184;
/** Coefficients; limit of the twist per unit of friction and normal impulse, m; inverse masses. */
export const CON_FRICTION: usize = GEO_SIZE + 188;
export const CON_RESTITUTION: usize = GEO_SIZE + 192;
export const CON_TWIST_ARM: usize = GEO_SIZE + 196;
export const CON_MASS_A: usize = GEO_SIZE + 200;
export const CON_MASS_B: usize = GEO_SIZE + 204;
/** Softness of overlap: rate, share of the mass, share of the impulse. */
export const CON_RATE: usize = GEO_SIZE + 208;
export const CON_MASS_SHARE: usize = GEO_SIZE + 212;
export const CON_IMPULSE_SHARE: usize = GEO_SIZE + 216;
/** What gravity adds to the velocity along the normal in a substep. */
export const CON_FALL: usize = GEO_SIZE + 220;
/** Effective masses: of the normals; of friction (upper triangle of the inverse 2×2 matrix), then of the twist. */
export const CON_NORMAL_MASS: usize = GEO_SIZE + 224;
export const CON_RUB_MASS: usize = GEO_SIZE + 240;
/** Moment arms of the normals, a lane per point: x, y, z for the first body, then for the second. */
export const CON_ARMS: usize = GEO_SIZE + 256;
/** Columns of the points' coupling: what a unit impulse at one does to the normal velocity at all. */
export const CON_COUPLING: usize = GEO_SIZE + 352;
/** What a unit impulse does to the angular velocities: per point for the first, then the second body. */
export const CON_RESPONSES: usize = GEO_SIZE + 416;
/** Rows of friction: moment arms of the first and second body, then their responses. */
export const CON_ROW1: usize = GEO_SIZE + 544;
export const CON_ROW2: usize = GEO_SIZE + 608;
/** Responses to the twist. */
export const CON_TWIST_A: usize = GEO_SIZE + 672;
export const CON_TWIST_B: usize = GEO_SIZE + 688;
export const CON_SIZE: usize = GEO_SIZE + 704;

@unmanaged
export class Contacts {
  records: usize;
  /** Address behind the last record. */
  end: usize;
  count: u32;
  points: u32;
  /** More than the limits allow: the list is not complete. */
  overflow: bool;
}

/** Finds the contacts of all pairs, in their order; joined bodies meet only where their joint says so. */
export function findContacts(state: State, bodies: Bodies, pairs: Pairs): Contacts {
  const contacts = changetype<Contacts>(arenaTake(offsetof<Contacts>(), 8));
  const face = arenaTake(FACE_SIZE, 16);
  const candidates = arenaTake(OVERLAP_SIZE, 16);
  contacts.count = 0;
  contacts.points = 0;
  contacts.overflow = false;
  // Records grow behind each other at the end of the arena; the last one is the place of the next search.
  let record = arenaTake(CON_SIZE, 16);
  contacts.records = record;
  let joint: u32 = 0;
  for (let i: u32 = 0; i < pairs.count; i++) {
    const pair = load<u32>(pairs.list + (<usize>i << 2));
    joint = nextJoined(state, joint, pair);
    if (joint < state.jointCount && isParted(state, joint, pair)) continue;
    const a = bodyRecord(bodies, pair >> 16);
    const b = bodyRecord(bodies, pair & 0xffff);
    const code = collide(a, b, record, face, candidates);
    if (code == NO_CONTACT) continue;
    const points = pointsOf(code);
    if (contacts.count == CONTACTS_MAX || contacts.points + points > POINTS_MAX) {
      contacts.overflow = true;
      break;
    }
    store<u32>(record, pair, CON_PAIR);
    store<u32>(record, code, CON_CODE);
    store<u32>(record, points, CON_COUNT);
    store<u32>(record, <u32>a, CON_BODY_A);
    store<u32>(record, <u32>b, CON_BODY_B);
    contacts.count++;
    contacts.points += points;
    record = arenaTake(CON_SIZE, 16);
  }
  contacts.end = record;
  return contacts;
}

/**
 * Gives every contact the impulses that the state carries for its pair: per point of the same feature, and what
 * is left of points that went away shared out among those that came. Both lists ascend by pair.
 */
export function warmContacts(contacts: Contacts, state: State): void {
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const rubs1 = contactArray(state, TANGENT1);
  const rubs2 = contactArray(state, TANGENT2);
  const twists = contactArray(state, TWIST);
  const end = <usize>state.contactCount << 2;
  let at: usize = 0;
  let normals = state.normals;
  for (let record = contacts.records; record < contacts.end; record += CON_SIZE) {
    const pair = load<u32>(record, CON_PAIR);
    for (; at < end && load<u32>(pairs + at) < pair; at += 4) {
      normals += <usize>pointsOf(load<u32>(codes + at)) << 2;
    }
    const zero = f32x4.splat(0);
    v128.store(record, zero, CON_NORMALS);
    v128.store(record, zero, CON_RUBS);
    if (at == end || load<u32>(pairs + at) != pair) continue;
    warmPoints(record, load<u32>(codes + at), normals);
    store<f32>(record, load<f32>(rubs1 + at), CON_RUBS);
    store<f32>(record, load<f32>(rubs2 + at), CON_RUBS + 4);
    store<f32>(record, load<f32>(twists + at), CON_RUBS + 8);
  }
}

function warmPoints(record: usize, oldCode: u32, normals: usize): void {
  const code = load<u32>(record, CON_CODE);
  const sameAxis = (code & AXIS_MASK) == (oldCode & AXIS_MASK);
  let left: f32 = 0;
  let matched: u32 = 0;
  for (let features = oldCode >> AXIS_BITS; features != 0; features >>= FEATURE_BITS, normals += 4) {
    const place = sameAxis ? placeOf(code >> AXIS_BITS, features & FEATURE_MASK) : -1;
    if (place < 0) left += load<f32>(normals);
    else {
      store<f32>(record + (<usize>place << 2), load<f32>(normals), CON_NORMALS);
      matched |= 1 << place;
    }
  }
  const count = load<u32>(record, CON_COUNT);
  const fresh = count - popcnt<u32>(matched);
  if (fresh == 0) return;
  const share = left / <f32>fresh;
  for (let place: u32 = 0; place < count; place++) {
    if ((matched & (1 << place)) == 0) store<f32>(record + (<usize>place << 2), share, CON_NORMALS);
  }
}

// @ts-ignore: decorator
@inline
function placeOf(features: u32, feature: u32): i32 {
  for (let place = 0; features != 0; place++, features >>= FEATURE_BITS) {
    if ((features & FEATURE_MASK) == feature) return place;
  }
  return -1;
}
