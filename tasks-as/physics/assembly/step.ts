/** One step: from a sound state to the next state and its certificate. */
import { arenaTake } from "../../lib/arena";
import { prepareBodies } from "./bodies";
import { findPairs } from "./broad";
import { Certificate, certificateOver, outputSize } from "./certificate";
import {
  CON_BODY_A, CON_BODY_B, CON_BOUNCE, CON_CODE, CON_COUNT, CON_MEAN, CON_NORMALS, CON_PAIR, CON_RUBS, CON_SIZE,
  CON_TANGENT1, CON_TANGENT2, CON_TOTAL, Contacts, findContacts, warmContacts,
} from "./contact";
import { finishBodies } from "./finish";
import { IMPULSES_MEAN, IMPULSES_SIZE, addImpulses, middleOf } from "./impulse";
import { CODE, HEADER_SIZE, IMPULSE_LOW_BITS, MOVING_ARRAYS, PAIR, SUBSTEPS, TANGENT1 } from "./layout";
import { solve } from "./solver";
import { State, bodyArray, contactArray, stateOver } from "./state";
import { add, splat, sub } from "./vec";

/** Why a step could not be taken. */
export const STEP_OK: u32 = 0;
export const STEP_PAIRS: u32 = 1;
export const STEP_CONTACTS: u32 = 2;

@unmanaged
export class Step {
  fault: u32;
  output: usize;
  size: usize;
}

export function step(state: State): Step {
  const result = changetype<Step>(arenaTake(offsetof<Step>(), 8));
  const bodies = prepareBodies(state);
  const pairs = findPairs(state, bodies);
  result.fault = STEP_PAIRS;
  if (pairs.overflow) return result;
  const contacts = findContacts(bodies, pairs);
  result.fault = STEP_CONTACTS;
  if (contacts.overflow) return result;
  warmContacts(contacts, state);
  solve(bodies, state, contacts);

  const size = outputSize(state.bodyCount, contacts.count, contacts.points);
  const output = arenaTake(size, 16);
  const next = stateOver(output, state.bodyCount, contacts.count, contacts.points);
  memory.copy(output, state.start, HEADER_SIZE + state.stride * MOVING_ARRAYS);
  store<u32>(output, contacts.count, 8);
  store<u32>(output, contacts.points, 12);
  writeContacts(contacts, next, certificateOver(next));
  finishBodies(state, bodies, bodyArray(next, MOVING_ARRAYS));
  result.fault = STEP_OK;
  result.output = output;
  result.size = size;
  return result;
}

/** Rounds to the stored precision: 18 bits of mantissa. */
// @ts-ignore: decorator
@inline
function rounded(value: v128): v128 {
  const half = i32x4.splat((IMPULSE_LOW_BITS + 1) >> 1);
  return v128.and(i32x4.add(value, half), i32x4.splat(~IMPULSE_LOW_BITS));
}

/**
 * Writes the contacts with their impulses: of the last substep to the state, what the step's sum exceeds it by and
 * the mean over the substeps to the certificate; adds what the written numbers mean to the bodies' sums.
 */
function writeContacts(contacts: Contacts, next: State, certificate: Certificate): void {
  const scratch = arenaTake(IMPULSES_SIZE, 16);
  const pairs = contactArray(next, PAIR);
  const codes = contactArray(next, CODE);
  let rub = contactArray(next, TANGENT1);
  const rubStep = <usize>next.contactCount << 2;
  let normal = next.normals;
  let record = contacts.records;
  let restRub = certificate.restRubs;
  let meanRub = certificate.meanRubs;
  let restNormal = certificate.restNormals;
  let meanNormal = certificate.meanNormals;
  for (let i: usize = 0; record < contacts.end; i++, record += CON_SIZE) {
    const count = load<u32>(record + CON_COUNT);
    store<u32>(pairs + (i << 2), load<u32>(record + CON_PAIR));
    store<u32>(codes + (i << 2), load<u32>(record + CON_CODE));
    const normals = rounded(v128.load(record + CON_NORMALS));
    const rubs = rounded(v128.load(record + CON_RUBS));
    const share = splat(1 / <f32>SUBSTEPS);
    const restNormals = rounded(sub(add(v128.load(record + CON_TOTAL), v128.load(record + CON_BOUNCE)), normals));
    const restRubs = rounded(sub(v128.load(record + CON_TOTAL + 16), rubs));
    const meanNormals = rounded(f32x4.mul(share, v128.load(record + CON_MEAN)));
    const meanRubs = rounded(f32x4.mul(share, v128.load(record + CON_MEAN + 16)));
    storeLanes(normals, normal, 4, count);
    storeLanes(restNormals, restNormal, 4, count);
    storeLanes(meanNormals, meanNormal, 4, count);
    storeLanes(rubs, rub, rubStep, 3);
    storeLanes(restRubs, restRub, rubStep, 3);
    storeLanes(meanRubs, meanRub, rubStep, 3);
    v128.store(scratch, add(normals, restNormals));
    v128.store(scratch, add(rubs, restRubs), 16);
    v128.store(scratch, meanNormals, IMPULSES_MEAN);
    v128.store(scratch, meanRubs, IMPULSES_MEAN + 16);
    addImpulses(
      load<u32>(record + CON_BODY_A), load<u32>(record + CON_BODY_B), record, count,
      v128.load(record + CON_TANGENT1), v128.load(record + CON_TANGENT2), middleOf(record, count), scratch,
    );
    const size = <usize>count << 2;
    normal += size;
    restNormal += size;
    meanNormal += size;
    rub += 4;
    restRub += 4;
    meanRub += 4;
  }
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
