// What hangs in the gallery, in order. The parts are loaded when they are asked for: the command line needs names only.
import type { Exhibit } from "./picture.ts";

const exhibits: Readonly<Record<string, () => Promise<{ readonly exhibit: Exhibit }>>> = {
  paths: () => import("./paths.ts"),
  crowd: () => import("./crowd.ts"),
  tower: () => import("./tower.ts"),
  bridge: () => import("./bridge.ts"),
  landscape: () => import("./landscape.ts"),
  chunk: () => import("./chunk.ts"),
};

/** The names that `--only` takes. */
export const exhibitNames: readonly string[] = Object.keys(exhibits);

/** One of them. */
export async function exhibitOf(name: string): Promise<Exhibit> {
  const load = exhibits[name];
  if (load === undefined) {
    throw new RangeError(`Cannot show ${name}: expected one of ${exhibitNames.join(", ")}`);
  }
  return (await load()).exhibit;
}
