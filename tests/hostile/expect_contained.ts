// One test for each hostile case in a kind of isolate: it comes to what it may come to, nothing else happens, and the
// honest task after it is right.
import { assert } from "../deps.ts";
import { cases, type HostileCase, INPUT } from "./cases/all.ts";
import type { Fought } from "./fights.ts";

/** A kind of isolate, and how its fights are reached. */
export interface Arena {
  readonly kind: "thread" | "process" | "browser";
  open(): Promise<void>;
  fight(one: HostileCase): Promise<Fought>;
  close(): Promise<void>;
  /** Why it cannot be had here, as the end of each test's name. */
  readonly needs?: string;
}

/** Registers the tests. One arena for all: what a case leaves behind meets all that follow. */
export function testContained(arena: Arena): void {
  const ignore = arena.needs !== undefined;
  const end = ignore ? ` (needs ${arena.needs})` : "";
  // The arena outlives each test.
  const shared = { ignore, sanitizeOps: false, sanitizeResources: false };
  if (!ignore) {
    Deno.test.beforeAll(() => arena.open());
    Deno.test.afterAll(() => arena.close());
  }
  for (const one of cases) {
    Deno.test({
      name: `a ${arena.kind} contains ${one.name}${end}`,
      ...shared,
      fn: async () => expectContained(arena.kind, one, await arena.fight(one)),
    });
  }
}

function expectContained(kind: Arena["kind"], one: HostileCase, fought: Fought): void {
  const { code, message, output, next, events } = fought;
  assert.ok(one.codes.includes(code), `it came to ${code}: ${message}`);
  if (one.says !== undefined) assert.match(message, one.says);
  if (typeof one.output === "number") assert.equal(output.length, one.output);
  else if (one.output !== undefined) assert.deepEqual(output, one.output);
  assert.deepEqual(next, { code: "output", message: "", output: [...INPUT] }, "the honest task after it");
  // On a machine that is busy enough, a deaf kernel can be through before anybody looks at the clock again.
  if (one.deaf === true && events.length === 0) return;
  // A browser has nothing inside that could stop a kernel.
  const isEnded = code === "kernel.late" && (one.deaf === true || kind === "browser");
  assert.deepEqual(events, isEnded ? [kind === "thread" ? "stuck" : "killed"] : []);
}
