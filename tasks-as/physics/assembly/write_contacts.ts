/** The contacts of the next state and their part of the certificate. */
import { arenaTake } from "../../lib/arena";
import { Certificate } from "./certificate";
import {
  CON_BODY_A, CON_BODY_B, CON_BOUNCE, CON_CODE, CON_COUNT, CON_MEAN, CON_NORMALS, CON_PAIR, CON_RUBS, CON_SIZE,
  CON_TANGENT1, CON_TANGENT2, CON_TOTAL, Contacts,
} from "./contact";
import { IMPULSES_MEAN, IMPULSES_SIZE, addImpulses, middleOf } from "./impulse";
import { CODE, MASS, PAIR, SUBSTEPS, TANGENT1 } from "./layout";
import { rounded, storable } from "./rounding";
import { bothStill } from "./sleep";
import { State, bodyArray, contactArray, pointsOf } from "./state";
import { add, splat, sub } from "./vec";

/** How many contacts of a state, with how many points, are between bodies that are held or never move. */
@unmanaged
export class Still {
  contacts: u32;
  points: u32;
}

export function countStill(state: State, held: usize): Still {
  const still = changetype<Still>(arenaTake(offsetof<Still>(), 4));
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const masses = bodyArray(state, MASS);
  still.contacts = 0;
  still.points = 0;
  for (let i: u32 = 0; i < state.contactCount; i++) {
    if (!bothStill(masses, held, load<u32>(pairs + (<usize>i << 2)))) continue;
    still.contacts++;
    still.points += pointsOf(load<u32>(codes + (<usize>i << 2)));
  }
  return still;
}

/** Where the next contact is written. */
@unmanaged
class Cursor {
  next: State;
  certificate: Certificate;
  /** Offsets in bytes into the arrays of contacts and of points. */
  contact: usize;
  point: usize;
}

/**
 * Writes all contacts, ascending: those solved, with their impulses (of the last substep to the state, what the
 * step's sum exceeds it by and the mean over the substeps to the certificate; what the written numbers mean is added
 * to the bodies' sums), and those between bodies at rest as they were, without impulses in the certificate.
 */
export function writeContacts(
  contacts: Contacts, state: State, held: usize, next: State, certificate: Certificate,
): void {
  const cursor = changetype<Cursor>(arenaTake(offsetof<Cursor>(), 4));
  const scratch = arenaTake(IMPULSES_SIZE, 16);
  cursor.next = next;
  cursor.certificate = certificate;
  cursor.contact = 0;
  cursor.point = 0;
  const pairs = contactArray(state, PAIR);
  const codes = contactArray(state, CODE);
  const masses = bodyArray(state, MASS);
  // Without sleepers the list of those at rest is empty.
  const count: usize = next.contactCount == contacts.count ? 0 : <usize>state.contactCount << 2;
  let record = contacts.records;
  for (let at: usize = 0, point: usize = 0; at < count; at += 4) {
    const pair = load<u32>(pairs + at);
    const size = <usize>pointsOf(load<u32>(codes + at)) << 2;
    if (bothStill(masses, held, pair)) {
      for (; record < contacts.end && load<u32>(record, CON_PAIR) < pair; record += CON_SIZE) {
        writeSolved(record, cursor, scratch);
      }
      copyStill(state, at, point, size, cursor);
    }
    point += size;
  }
  for (; record < contacts.end; record += CON_SIZE) writeSolved(record, cursor, scratch);
}

/** One contact of the state before, unchanged. */
function copyStill(state: State, at: usize, point: usize, size: usize, cursor: Cursor): void {
  const next = cursor.next;
  const certificate = cursor.certificate;
  const step = <usize>next.contactCount << 2;
  for (let array: usize = 0; array < 5; array++) {
    store<u32>(contactArray(next, array) + cursor.contact, load<u32>(contactArray(state, array) + at));
  }
  memory.copy(next.normals + cursor.point, state.normals + point, size);
  for (let array: usize = 0; array < 3; array++) {
    store<u32>(certificate.restRubs + step * array + cursor.contact, 0);
    store<u32>(certificate.meanRubs + step * array + cursor.contact, 0);
  }
  memory.fill(certificate.restNormals + cursor.point, 0, size);
  memory.fill(certificate.meanNormals + cursor.point, 0, size);
  cursor.contact += 4;
  cursor.point += size;
}

// @ts-ignore: decorator
@inline
function writeSolved(record: usize, cursor: Cursor, scratch: usize): void {
  const next = cursor.next;
  const certificate = cursor.certificate;
  const contact = cursor.contact;
  const point = cursor.point;
  const count = load<u32>(record + CON_COUNT);
  const step = <usize>next.contactCount << 2;
  store<u32>(contactArray(next, PAIR) + contact, load<u32>(record + CON_PAIR));
  store<u32>(contactArray(next, CODE) + contact, load<u32>(record + CON_CODE));
  const share = splat(1 / <f32>SUBSTEPS);
  let normals = rounded(v128.load(record + CON_NORMALS));
  let rubs = rounded(v128.load(record + CON_RUBS));
  let restNormals = sub(add(v128.load(record + CON_TOTAL), v128.load(record + CON_BOUNCE)), normals);
  let restRubs = sub(v128.load(record + CON_TOTAL + 16), rubs);
  let meanNormals = f32x4.mul(share, v128.load(record + CON_MEAN));
  let meanRubs = f32x4.mul(share, v128.load(record + CON_MEAN + 16));
  // Where the last substep is not a number, neither is the sum.
  const all = v128.and(
    v128.and(storable(normals), storable(rubs)),
    v128.and(v128.and(storable(restNormals), storable(restRubs)), v128.and(storable(meanNormals), storable(meanRubs))),
  );
  if (i32x4.all_true(all)) {
    restNormals = rounded(restNormals);
    restRubs = rounded(restRubs);
    meanNormals = rounded(meanNormals);
    meanRubs = rounded(meanRubs);
  } else {
    // Beyond what can be stored: such a contact gives nothing.
    normals = splat(0);
    rubs = normals;
    restNormals = normals;
    restRubs = normals;
    meanNormals = normals;
    meanRubs = normals;
  }
  storeLanes(normals, next.normals + point, 4, count);
  storeLanes(restNormals, certificate.restNormals + point, 4, count);
  storeLanes(meanNormals, certificate.meanNormals + point, 4, count);
  storeLanes(rubs, contactArray(next, TANGENT1) + contact, step, 3);
  storeLanes(restRubs, certificate.restRubs + contact, step, 3);
  storeLanes(meanRubs, certificate.meanRubs + contact, step, 3);
  v128.store(scratch, add(normals, restNormals));
  v128.store(scratch, add(rubs, restRubs), 16);
  v128.store(scratch, meanNormals, IMPULSES_MEAN);
  v128.store(scratch, meanRubs, IMPULSES_MEAN + 16);
  addImpulses(
    load<u32>(record + CON_BODY_A), load<u32>(record + CON_BODY_B), record, count,
    v128.load(record + CON_TANGENT1), v128.load(record + CON_TANGENT2), middleOf(record, count), scratch,
  );
  cursor.contact = contact + 4;
  cursor.point = point + (<usize>count << 2);
}

/** The first `count` lanes of `value` to addresses `step` apart. */
// @ts-ignore: decorator
@inline
function storeLanes(value: v128, to: usize, step: usize, count: u32): void {
  v128.store_lane<f32>(to, value, 0);
  if (count > 1) v128.store_lane<f32>(to + step, value, 1);
  if (count > 2) v128.store_lane<f32>(to + 2 * step, value, 2);
  if (count > 3) v128.store_lane<f32>(to + 3 * step, value, 3);
}
