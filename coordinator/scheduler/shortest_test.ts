import assert from "node:assert/strict";
import { Shortest } from "./shortest.ts";

Deno.test("Shortest is 0 before anything was measured, then the shortest", () => {
  const trip = new Shortest();
  assert.equal(trip.ms, 0);
  assert.equal(trip.add(0, 25), 25);
  assert.equal(trip.add(10, 3), 3);
  assert.equal(trip.add(20, 40), 3);
});

Deno.test("Shortest forgets what is older than two generations, and nothing before that", () => {
  const trip = new Shortest();
  trip.add(0, 3);
  assert.equal(trip.add(9_999, 30), 3);
  assert.equal(trip.add(10_000, 30), 3, "one generation ago");
  assert.equal(trip.add(20_000, 30), 30, "two generations ago");
  assert.equal(trip.add(40_000, 50), 30, "nothing was measured meanwhile: the last generation stays");
});
