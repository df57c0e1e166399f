import { assert } from "../../tests/deps.ts";
import { FuelBounds } from "./fuel_bounds.ts";

Deno.test("FuelBounds knows the largest measurement of a size class, and nothing of a size without any", () => {
  const bounds = new FuelBounds();
  assert.equal(bounds.at(100), undefined);
  bounds.add(100, 5);
  bounds.add(127, 9);
  bounds.add(64, 7);
  assert.equal(bounds.at(64), 9);
  assert.equal(bounds.at(127), 9);
  assert.equal(bounds.at(63), undefined);
  assert.equal(bounds.at(128), undefined);
  bounds.add(0, 3);
  assert.equal(bounds.at(1), 3);
});

Deno.test("FuelBounds forgets a measurement that 256 later ones came behind, and none of the last 128", () => {
  const bounds = new FuelBounds();
  bounds.add(1, 1_000);
  for (let i = 0; i < 128; i++) bounds.add(1, 10);
  assert.equal(bounds.at(1), 1_000);
  for (let i = 0; i < 128; i++) bounds.add(1, 10);
  assert.equal(bounds.at(1), 10);
});
