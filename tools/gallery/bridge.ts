// A film strip of a hanging bridge whose planks are hinged to each other, and of what falls on it.
import type { Body } from "../../tasks-as/physics/codec.ts";
import { bridge } from "../../tasks-as/physics/testing/scenes.ts";
import { play, type Shot, strip } from "./film.ts";
import type { Drawn, Studio } from "./picture.ts";

const planks = 14;
const loads = 7;
/** The banks stand so deep: the picture's floor lies at their feet. */
const bankHeightM = 2;
const camera = { eye: [2.2, 4.4, 7.2], target: [0, 1.5, 0], angle: 0.74 } as const;

/** Lets boxes and capsules fall on it. */
export async function exhibit(studio: Studio): Promise<readonly Drawn[]> {
  const moments = studio.small ? [0, 15, 40] : [0, 20, 36, 54, 90, 240];
  const film = await play(studio, bridge(planks, loads), moments);
  return [{
    file: "bridge.png",
    title: "A bridge with joints",
    caption: `${planks} planks, ${planks + 1} hinges and ${loads} things that fall on it, ${
      moments.at(-1)
    } steps of 1/60 s.`,
    kernels: ["physics"],
    canvas: strip(film.map(raised), studio.small ? [200, 150] : [420, 340], camera),
  }];
}

function raised({ frame, bodies }: Shot): Shot {
  const up = ({ positionM: [x, y, z], ...body }: Body): Body => ({
    ...body,
    positionM: [x, y + bankHeightM, z],
  });
  return { frame, bodies: bodies.map(up) };
}
