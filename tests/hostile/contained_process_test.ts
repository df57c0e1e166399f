import { processes } from "../../sandbox/mod.ts";
import { testContained } from "./expect_contained.ts";
import { openRing, type Ring } from "./fights.ts";

const { promise: ring, resolve } = Promise.withResolvers<Ring>();

testContained({
  kind: "process",
  open: async () => resolve(await openRing(processes)),
  fight: async (one) => await (await ring).fight(one),
  close: async () => await (await ring).close(),
});
