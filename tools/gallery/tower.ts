// A film strip of a tower that a ball knocks over.
import { type Body, box, fixedBox, type PhysicsInput, scene, sphere } from "../../tasks-as/physics/codec.ts";
import { play, strip } from "./film.ts";
import type { Drawn, Studio } from "./picture.ts";
import { rehearse } from "./rehearsal.ts";

const storeys = 11;
const camera = { eye: [3.6, 5.2, 11.5], target: [0.4, 1.7, 0], angle: 0.8 } as const;

/** Lets it fall, one step after the other. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  await rehearse(studio, "steps", (nth) => studio.asker.ask("physics", dropFrom(2 + nth / 100)));
  const moments = studio.small ? [0, 20, 45] : [0, 24, 40, 60, 90, 150];
  const film = await play(studio, tower(), moments);
  const canvas = strip(film, studio.small ? [200, 150] : [420, 340], camera);
  return [{
    file: "tower.png",
    title: "A falling tower",
    caption: `${3 * storeys} blocks and a heavy ball, ${moments.at(-1)} steps of 1/60 s, each computed by ` +
      `whichever worker was free from what the one before it had answered.`,
    kernels: ["physics"],
    canvas,
  }];
}

/** A ball in the air. */
function dropFrom(heightM: number): PhysicsInput {
  return scene([
    fixedBox([30, 0.5, 30], { positionM: [0, -0.5, 0] }),
    sphere(0.5, { positionM: [0, heightM, 0] }),
  ]);
}

/** Layers of three blocks, crosswise, and a ball on its way. */
function tower(): PhysicsInput {
  const bodies: Body[] = [fixedBox([30, 0.5, 30], { positionM: [0, -0.5, 0] })];
  for (let storey = 0; storey < storeys; storey++) {
    for (const side of [-1, 0, 1]) {
      const isAlong = storey % 2 === 0;
      const half = isAlong ? [1.2, 0.2, 0.38] as const : [0.38, 0.2, 1.2] as const;
      const positionM = [isAlong ? 0 : side * 0.8, 0.2 + storey * 0.4, isAlong ? side * 0.8 : 0] as const;
      bodies.push(box(half, { positionM }));
    }
  }
  return scene([
    ...bodies,
    sphere(0.6, { positionM: [-7, 2.9, 0.2], velocityMps: [22, 2, 0], densityKgPerM3: 9000 }),
  ]);
}
