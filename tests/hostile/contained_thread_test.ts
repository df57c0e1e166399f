import { threads } from "../../sandbox/mod.ts";
import { testContained } from "./expect_contained.ts";
import { openRing, type Ring } from "./fights.ts";

const { promise: ring, resolve } = Promise.withResolvers<Ring>();

testContained({
  kind: "thread",
  open: async () => resolve(await openRing(threads)),
  fight: async (one) => await (await ring).fight(one),
  close: async () => await (await ring).close(),
});
