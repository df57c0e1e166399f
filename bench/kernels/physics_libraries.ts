// The pile of the physics benchmark in the libraries that people use: the same bodies, step and gravity, no sleep.
import RAPIER from "@dimforge/rapier3d-compat";
import * as CANNON from "cannon-es";
import type { Body, PhysicsInput } from "../../tasks-as/physics/codec.ts";

/** A world in some engine. */
export interface World {
  /** One step of 1/60 s. */
  step(): void;
  /** Centre and speed of a body, to see that the same happens. */
  stateOf(index: number): { readonly heightM: number; readonly speedMps: number };
}

const STEP_S = 1 / 60;

/** Rapier with its defaults (4 iterations). */
export async function rapierWorld({ bodies, gravityMps2: [x, y, z] }: PhysicsInput): Promise<World> {
  await RAPIER.init();
  const world = new RAPIER.World({ x, y, z });
  world.timestep = STEP_S;
  const made = bodies.map((body) => {
    const [px, py, pz] = body.positionM;
    const [qx, qy, qz, qw] = body.orientation;
    const kind = body.massKg === 0 ? RAPIER.RigidBodyDesc.fixed() : RAPIER.RigidBodyDesc.dynamic();
    const rigid = world.createRigidBody(
      kind.setTranslation(px, py, pz).setRotation({ x: qx, y: qy, z: qz, w: qw }).setCanSleep(false),
    );
    const collider = rapierShape(body).setFriction(body.friction).setRestitution(body.restitution);
    world.createCollider(body.massKg === 0 ? collider : collider.setMass(body.massKg), rigid);
    return rigid;
  });
  return {
    step: () => world.step(),
    stateOf(index) {
      const velocity = made[index]?.linvel() ?? { x: 0, y: 0, z: 0 };
      return {
        heightM: made[index]?.translation().y ?? NaN,
        speedMps: Math.hypot(velocity.x, velocity.y, velocity.z),
      };
    },
  };
}

function rapierShape({ shape }: Body): RAPIER.ColliderDesc {
  if (shape.type === "box") return RAPIER.ColliderDesc.cuboid(...shape.halfExtentsM);
  if (shape.type === "sphere") return RAPIER.ColliderDesc.ball(shape.radiusM);
  return RAPIER.ColliderDesc.capsule(shape.halfLengthM, shape.radiusM);
}

/** cannon-es with its defaults (10 iterations) and the broad phase that suits it best here. */
export function cannonWorld({ bodies, gravityMps2: [x, y, z] }: PhysicsInput): World {
  const world = new CANNON.World({ gravity: new CANNON.Vec3(x, y, z), allowSleep: false });
  world.broadphase = new CANNON.SAPBroadphase(world);
  world.defaultContactMaterial.friction = 0.6;
  world.defaultContactMaterial.restitution = 0;
  const made = bodies.map((body) => {
    const rigid = new CANNON.Body({
      mass: body.massKg,
      position: new CANNON.Vec3(...body.positionM),
      quaternion: new CANNON.Quaternion(...body.orientation),
      shape: cannonShape(body),
      linearDamping: 0,
      angularDamping: 0.1,
    });
    world.addBody(rigid);
    return rigid;
  });
  return {
    step: () => world.step(STEP_S),
    stateOf: (index) => ({
      heightM: made[index]?.position.y ?? NaN,
      speedMps: made[index]?.velocity.length() ?? NaN,
    }),
  };
}

function cannonShape({ shape }: Body): CANNON.Shape {
  if (shape.type === "box") return new CANNON.Box(new CANNON.Vec3(...shape.halfExtentsM));
  if (shape.type === "sphere") return new CANNON.Sphere(shape.radiusM);
  throw new RangeError("cannon-es has no capsules");
}
