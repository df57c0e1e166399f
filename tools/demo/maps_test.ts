import { assert } from "../../tests/deps.ts";
import { demoMaps, freeCell, largestPart, parseMovingAi, seeded } from "./maps.ts";

Deno.test("demoMaps() makes maps whose largest part is most of what is free", () => {
  for (const map of demoMaps(seeded(1))) {
    const part = largestPart(map);
    const count = (cells: Uint8Array) => cells.reduce((sum, each) => sum + each, 0);
    assert.ok(map.width >= 256 && map.height >= 256, map.name);
    assert.ok(count(part) > 0.3 * map.free.length, `${map.name}: ${count(part)} of ${map.free.length}`);
    assert.ok(count(part) > 0.8 * count(map.free), map.name);
    const [x, y] = freeCell(map, part, seeded(2));
    assert.equal(part[y * map.width + x], 1);
  }
});

Deno.test("demoMaps() makes the same maps from the same seed, others from another", () => {
  assert.deepEqual(demoMaps(seeded(5)), demoMaps(seeded(5)));
  assert.notDeepEqual(demoMaps(seeded(5))[0], demoMaps(seeded(6))[0]);
});

Deno.test("parseMovingAi() reads what is passable and refuses what is no map", () => {
  const map = parseMovingAi("x.map", "type octile\nheight 2\nwidth 3\nmap\n.G@\nTS.\n");
  assert.deepEqual([map.width, map.height, [...map.free]], [3, 2, [1, 1, 0, 0, 0, 1]]);
  for (
    const bad of [
      "",
      "height 2\nwidth 3\nmap\n...\n..",
      "height 1\nwidth 5000\nmap\n.",
      "height x\nwidth 3\nmap\n...",
    ]
  ) {
    assert.throws(() => parseMovingAi("x.map", bad), { code: "request.invalid" });
  }
});
