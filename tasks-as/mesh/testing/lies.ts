/** The lies about meshes that are measured, and the tasks they are told about. */
import { instantiateCore, loadCore } from "../../testing/core.ts";
import type { Lie, Subject } from "../../testing/detection.ts";
import { type Draw, drawBelow, drawOne } from "../../testing/draws.ts";
import { terrain } from "../../terrain/codec.ts";
import { mesh, type MeshInput, type MeshOutput } from "../codec.ts";
import { answerOf, Landscape, meshChunk, type MeshTask, temperateMaterials } from "./chunks.ts";

type Tell = Lie<MeshTask>["tell"];
/** A mesh that may be changed. */
type Draft = { counts: Uint32Array; quads: Uint32Array; light: Uint8Array };

const QUADS_MIN = 50;

/** Changes the parts of an answer that is fit for it. */
function change(isFit: (output: MeshOutput) => boolean, spoil: (draft: Draft, draw: Draw) => void): Tell {
  return (task, { draw }) => {
    const output = answerOf(task);
    if (!isFit(output)) return undefined;
    const { counts, quads, light } = output;
    const draft = { counts: counts.slice(), quads: quads.slice(), light: light.slice() };
    spoil(draft, draw);
    return mesh.encodeOutput(draft);
  };
}

/** The kernel's answer to another input. */
function pretend(other: (chunk: MeshInput) => MeshInput): Tell {
  return (task, { core }) => meshChunk(core, other(task.chunk), task.materials).output;
}

const LIT_MIN = 3000;

function isLit({ light }: MeshOutput): boolean {
  return light.filter((level) => level !== 0).length >= LIT_MIN;
}

function hasQuads({ quads }: MeshOutput): boolean {
  return quads.length / 2 >= QUADS_MIN;
}

/** So many different quads. */
function drawQuads({ quads }: Draft, count: number, draw: Draw): Set<number> {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(drawBelow(draw, quads.length / 2));
  return drawn;
}

function changeLook(part: (draft: Draft) => number, to: (look: number, draw: Draw) => number) {
  return change(hasQuads, (draft, draw) => {
    for (const quad of drawQuads(draft, part(draft), draw)) {
      draft.quads[2 * quad + 1] = to(draft.quads[2 * quad + 1] as number, draw);
    }
  });
}

const oneQuad = () => 1;
const tenthOfQuads = ({ quads }: Draft) => Math.ceil(quads.length / 20);
const allQuads = ({ quads }: Draft) => quads.length / 2;
const otherMaterial = (look: number, draw: Draw) => look ^ 1 + drawBelow(draw, 15);
const otherLight = (look: number, draw: Draw) => look ^ 1 + drawBelow(draw, 15) << (draw() < 0.5 ? 8 : 12);

/** Leaves quads out. */
function leaveOut(part: (draft: Draft) => number, inOnePlace: boolean): Tell {
  return change(hasQuads, (draft, draw) => {
    const count = part(draft);
    const first = drawBelow(draw, draft.quads.length / 2 - count + 1);
    const gone = inOnePlace
      ? new Set(Array.from({ length: count }, (_, i) => first + i))
      : drawQuads(draft, count, draw);
    let index = 0;
    draft.counts = draft.counts.map((of) => {
      let left = 0;
      for (let i = 0; i < of; i++, index++) if (!gone.has(index)) left++;
      return left;
    });
    draft.quads = draft.quads.filter((_, i) => !gone.has(i >> 1));
  });
}

/** Levels of light one off, in cells that have any. */
function dim(count: number): Tell {
  return change(isLit, ({ light }, draw) => {
    const lit = Array.from(light.keys()).filter((cell) => light[cell] !== 0);
    for (let i = 0; i < count; i++) {
      const cell = drawOne(draw, lit);
      const level = light[cell] as number;
      light[cell] = level >= 16 ? level - 16 : level - 1;
    }
  });
}

function oneBit(task: MeshTask, { draw }: { readonly draw: Draw }): Uint8Array {
  const output = task.output.slice();
  const at = drawBelow(draw, output.length);
  output[at] = (output[at] as number) ^ 1 << drawBelow(draw, 8);
  return output;
}

const lies: readonly Lie<MeshTask>[] = [
  {
    name: "one quad of another material",
    kind: "random element",
    weight: "fine",
    least: 0,
    tell: changeLook(oneQuad, otherMaterial),
  },
  { name: "one cell darker", kind: "random element", weight: "fine", least: 0, tell: dim(1) },
  {
    name: "mesh of another chunk",
    kind: "stale answer",
    weight: "gross",
    least: 0.98,
    tell: (task, { others, draw }) => hasQuads(answerOf(task)) ? drawOne(draw, others).output : undefined,
  },
  {
    name: "mesh without the neighbours",
    kind: "stale answer",
    weight: "matters",
    least: 0,
    tell: pretend((chunk) => ({ ...chunk, cells: withoutBorder(chunk.cells) })),
  },
  { name: "no quads", kind: "lazy answer", weight: "gross", least: 0.98, tell: leaveOut(allQuads, true) },
  {
    name: "no light",
    kind: "lazy answer",
    weight: "gross",
    least: 0.98,
    tell: change(isLit, ({ light }) => light.fill(0)),
  },
  {
    name: "light from above only",
    kind: "lazy answer",
    weight: "matters",
    least: 0.6,
    tell: change(
      (output) => isLit(output) && output.light.filter((level) => level !== 0 && level < 0xf0).length > 300,
      ({ light }) => light.forEach((level, cell) => light[cell] = level >= 0xf0 ? level : 0),
    ),
  },
  {
    name: "no occlusion",
    kind: "lazy answer",
    weight: "matters",
    least: 0.6,
    tell: changeLook(allQuads, (look) => look | 0xff0000),
  },
  {
    name: "quads not merged",
    kind: "suboptimal",
    weight: "matters",
    least: 0.55,
    tell: (task, occasion) =>
      hasQuads(answerOf(task)) ? pretend((chunk) => ({ ...chunk, edgeMax: 1 }))(task, occasion) : undefined,
  },
  {
    name: "quads of at most 4 cells",
    kind: "suboptimal",
    weight: "fine",
    least: 0,
    tell: (task, occasion) =>
      hasQuads(answerOf(task)) ? pretend((chunk) => ({ ...chunk, edgeMax: 4 }))(task, occasion) : undefined,
  },
  {
    name: "all quads one cell to the east",
    kind: "subtle shift",
    weight: "matters",
    least: 0.98,
    tell: change(
      hasQuads,
      ({ quads }) =>
        quads.forEach((place, i) => quads[i] = i % 2 === 0 ? place & ~31 | place + 1 & 31 : place),
    ),
  },
  { name: "one bit", kind: "last bit", weight: "fine", least: 0, tell: oneBit },
  {
    name: "a tenth of the quads missing, anywhere",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: leaveOut(tenthOfQuads, false),
  },
  {
    name: "a tenth of the quads missing, in one place",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.55,
    tell: leaveOut(tenthOfQuads, true),
  },
  {
    name: "a tenth of the quads of other materials",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: changeLook(tenthOfQuads, otherMaterial),
  },
  {
    name: "a tenth of the quads lit otherwise",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: changeLook(tenthOfQuads, otherLight),
  },
  {
    name: "a tenth of the cells darker",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.9,
    tell: dim(3277),
  },
];

/** Nothing around the chunk. */
function withoutBorder(cells: Uint8Array): Uint8Array {
  return cells.map((cell, i) => {
    const [x, z, y] = [i % 34, Math.floor(i / 34) % 34, Math.floor(i / 34 / 34)];
    return Math.min(x, y, z) === 0 || Math.max(x, y, z) === 33 ? 0 : cell;
  });
}

const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 7n);

/** The kernel and how it is measured. */
export const subject: Subject<MeshTask> = {
  kernel: "mesh",
  version: mesh.version,
  about: "chunks of a landscape, from 32 cells below the sea to 64 above",
  honestTasks: (core, count, draw) =>
    Array.from(
      { length: count },
      (_, i) =>
        meshChunk(
          core,
          land.surround(drawBelow(draw, 12), i % 3 - 1, drawBelow(draw, 12)),
          temperateMaterials,
        ),
    ),
  lies,
};
