import { assert, fc } from "../../tests/deps.ts";
import { WarmBytes } from "./warm_bytes.ts";

Deno.test("WarmBytes holds the last used entries that fit, and never more than it may", () => {
  const action = fc.record({
    type: fc.constantFrom("get", "set", "delete"),
    key: fc.constantFrom("a", "b", "c", "d", "e"),
    size: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(fc.property(fc.array(action), (actions) => {
    const warm = new WarmBytes(20);
    let model: { readonly key: string; readonly size: number }[] = [];
    for (const { type, key, size } of actions) {
      const known = model.find((one) => one.key === key);
      const others = model.filter((one) => one.key !== key);
      if (type === "get") {
        assert.equal(warm.get(key)?.length, known?.size);
        if (known !== undefined) model = [...others, known];
      } else if (type === "set") {
        warm.set(key, new Uint8Array(size));
        model = [...others, { key, size }];
        while (model.reduce((sum, one) => sum + one.size, 0) > 20) model.shift();
      } else {
        warm.delete(key);
        model = others;
      }
      assert.equal(warm.bytes, model.reduce((sum, one) => sum + one.size, 0));
    }
    for (const { key, size } of model) assert.equal(warm.get(key)?.length, size);
  }));
});

Deno.test("WarmBytes does not throw everything out for one entry that is too large", () => {
  const warm = new WarmBytes(20);
  warm.set("a", new Uint8Array(10));
  warm.set("b", new Uint8Array(21));
  assert.equal(warm.get("a")?.length, 10);
  assert.equal(warm.get("b"), undefined);
  warm.set("a", new Uint8Array(21));
  assert.equal(warm.get("a"), undefined);
  assert.equal(warm.bytes, 0);
});
