/** What a contact's solving needs and does not change within a step: arms, responses, effective masses, softness. */
import { BODY_FRICTION, BODY_MASS_INVERSE, BODY_RESTITUTION, BODY_X, Bodies } from "./bodies";
import { gravityOf } from "./broad";
import {
  CON_A, CON_APPROACH, CON_ARMS, CON_B, CON_BODY_A, CON_BODY_B, CON_COUNT, CON_COUPLING, CON_FALL, CON_FRICTION,
  CON_IMPULSE_SHARE, CON_MASS_A, CON_MASS_B, CON_MASS_SHARE, CON_NORMAL_MASS, CON_RATE, CON_RESPONSES,
  CON_RESTITUTION, CON_ROW1, CON_ROW2, CON_RUB_MASS, CON_SIZE, CON_TANGENT1, CON_TANGENT2, CON_TOTAL, CON_TWIST_A,
  CON_TWIST_ARM, CON_TWIST_B, Contacts,
} from "./contact";
import { GEO_NORMAL, GEO_POINTS } from "./geometry";
import { middleOf, tangentOf, twistArmSquare } from "./impulse";
import { SUBSTEP_S } from "./layout";
import { moverOf, response } from "./mover";
import { State } from "./state";
import { add, cross, dot, mul, splat, sub, sum3, xOf, yOf, zOf } from "./vec";

/** Stiffness of overlap, in hertz: twice as stiff against what does not move. Damping ratio. */
const HERTZ: f32 = 60;
const HERTZ_FIXED: f32 = 120;
const DAMPING: f32 = 10;

/** Fills all records; returns whether any contact may bounce. */
export function prepareRows(contacts: Contacts, bodies: Bodies, movers: usize, state: State): bool {
  const fall = mul(gravityOf(state), splat(SUBSTEP_S));
  let bouncy = false;
  for (let record = contacts.records; record < contacts.end; record += CON_SIZE) {
    const bodyA = <usize>load<u32>(record, CON_BODY_A);
    const bodyB = <usize>load<u32>(record, CON_BODY_B);
    store<u32>(record, <u32>moverOf(movers, bodies, bodyA), CON_A);
    store<u32>(record, <u32>moverOf(movers, bodies, bodyB), CON_B);
    for (let row = CON_TOTAL; row <= CON_APPROACH; row += 16) v128.store(record + row, splat(0));
    setPairing(record, bodyA, bodyB, fall);
    const offset = sub(v128.load(bodyA, BODY_X), v128.load(bodyB, BODY_X));
    setNormals(record, offset);
    setFriction(record, offset);
    if (load<f32>(record, CON_RESTITUTION) > 0) bouncy = true;
  }
  return bouncy;
}

/** What the two bodies' masses and materials make of the contact. */
// @ts-ignore: decorator
@inline
function setPairing(record: usize, bodyA: usize, bodyB: usize, fall: v128): void {
  const massA = load<f32>(bodyA, BODY_MASS_INVERSE);
  const massB = load<f32>(bodyB, BODY_MASS_INVERSE);
  const friction = sqrt<f32>(load<f32>(bodyA, BODY_FRICTION) * load<f32>(bodyB, BODY_FRICTION));
  const restitution = max<f32>(load<f32>(bodyA, BODY_RESTITUTION), load<f32>(bodyB, BODY_RESTITUTION));
  const falling = dot(v128.load(record, GEO_NORMAL), fall);
  store<f32>(record, massA, CON_MASS_A);
  store<f32>(record, massB, CON_MASS_B);
  store<f32>(record, friction, CON_FRICTION);
  store<f32>(record, restitution, CON_RESTITUTION);
  store<f32>(record, massA == 0 ? falling : massB == 0 ? -falling : 0, CON_FALL);
  const omega: f32 = <f32>(2 * 3.14159265) * (massA == 0 || massB == 0 ? HERTZ_FIXED : HERTZ);
  const a1: f32 = <f32>2 * DAMPING + SUBSTEP_S * omega;
  const a2: f32 = SUBSTEP_S * omega * a1;
  store<f32>(record, omega / a1, CON_RATE);
  store<f32>(record, a2 / (<f32>1 + a2), CON_MASS_SHARE);
  store<f32>(record, <f32>1 / (<f32>1 + a2), CON_IMPULSE_SHARE);
}

/** Arms, responses and coupling of the points' normals. Lanes without a point have zero arms. */
function setNormals(record: usize, offset: v128): void {
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  const count = <usize>load<u32>(record, CON_COUNT);
  const normal = v128.load(record, GEO_NORMAL);
  const arms = record + CON_ARMS;
  for (let row: usize = 0; row < 96; row += 16) v128.store(arms + row, splat(0));
  for (let i: usize = 0; i < count; i++) {
    const arm = v128.load(record + (i << 4), GEO_POINTS);
    const armA = cross(arm, normal);
    const armB = cross(add(arm, offset), normal);
    const at = arms + (i << 2);
    store<f32>(at, xOf(armA));
    store<f32>(at, yOf(armA), 16);
    store<f32>(at, zOf(armA), 32);
    store<f32>(at, xOf(armB), 48);
    store<f32>(at, yOf(armB), 64);
    store<f32>(at, zOf(armB), 80);
    v128.store(record + (i << 5), response(a, armA), CON_RESPONSES);
    v128.store(record + (i << 5), response(b, armB), CON_RESPONSES + 16);
  }
  const linear = splat(load<f32>(record, CON_MASS_A) + load<f32>(record, CON_MASS_B));
  v128.store(record, splat(0), CON_NORMAL_MASS);
  for (let i: usize = 0; i < count; i++) {
    const turnA = v128.load(record + (i << 5), CON_RESPONSES);
    const turnB = v128.load(record + (i << 5), CON_RESPONSES + 16);
    const column = record + (i << 4);
    v128.store(column, add(linear, add(alongArms(arms, turnA), alongArms(arms + 48, turnB))), CON_COUPLING);
    store<f32>(record + (i << 2), <f32>1 / load<f32>(column + (i << 2), CON_COUPLING), CON_NORMAL_MASS);
  }
}

/** Per point: its arm times `turning`; `arms` are three rows. */
// @ts-ignore: decorator
@inline
export function alongArms(arms: usize, turning: v128): v128 {
  return add(
    add(
      mul(v128.load(arms), v128.shuffle<f32>(turning, turning, 0, 0, 0, 0)),
      mul(v128.load(arms, 16), v128.shuffle<f32>(turning, turning, 1, 1, 1, 1)),
    ),
    mul(v128.load(arms, 32), v128.shuffle<f32>(turning, turning, 2, 2, 2, 2)),
  );
}

// @ts-ignore: decorator
@inline
function setFriction(record: usize, offset: v128): void {
  const a = <usize>load<u32>(record, CON_A);
  const b = <usize>load<u32>(record, CON_B);
  const count = load<u32>(record, CON_COUNT);
  const normal = v128.load(record, GEO_NORMAL);
  const middle = middleOf(record, count);
  const middleB = add(middle, offset);
  const tangent1 = tangentOf(normal);
  const tangent2 = cross(normal, tangent1);
  const linear = load<f32>(record, CON_MASS_A) + load<f32>(record, CON_MASS_B);
  const row1 = record + CON_ROW1;
  const row2 = record + CON_ROW2;
  const k11 = linear + setRow(row1, a, b, cross(middle, tangent1), cross(middleB, tangent1));
  const k22 = linear + setRow(row2, a, b, cross(middle, tangent2), cross(middleB, tangent2));
  const k12 = sum3(add(mul(v128.load(row1), v128.load(row2, 32)), mul(v128.load(row1, 16), v128.load(row2, 48))));
  const bottom: f32 = <f32>1 / (k11 * k22 - k12 * k12);
  const twistA = response(a, normal);
  const twistB = response(b, normal);
  const twist: f32 = <f32>1 / dot(normal, add(twistA, twistB));
  v128.store(record, tangent1, CON_TANGENT1);
  v128.store(record, tangent2, CON_TANGENT2);
  v128.store(record, twistA, CON_TWIST_A);
  v128.store(record, twistB, CON_TWIST_B);
  v128.store(record, f32x4(k22 * bottom, -k12 * bottom, k11 * bottom, twist), CON_RUB_MASS);
  store<f32>(record, sqrt<f32>(twistArmSquare(record, count, middle)), CON_TWIST_ARM);
}

/** Stores arms and responses of one row of friction; returns the angular part of its inverse mass. */
// @ts-ignore: decorator
@inline
function setRow(row: usize, a: usize, b: usize, armA: v128, armB: v128): f32 {
  const turnA = response(a, armA);
  const turnB = response(b, armB);
  v128.store(row, armA);
  v128.store(row, armB, 16);
  v128.store(row, turnA, 32);
  v128.store(row, turnB, 48);
  return sum3(add(mul(armA, turnA), mul(armB, turnB)));
}
