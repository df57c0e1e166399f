import { assert, fc } from "../tests/deps.ts";
import { clipText, isUtf8, utf8Length } from "./utf8.ts";

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("isUtf8() agrees with the platform's decoder on every short byte string that starts with a tricky head", () => {
  const tricky = [
    0x00,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xec,
    0xed,
    0xee,
  ];
  tricky.push(0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  for (const a of tricky) {
    for (const b of tricky) {
      for (const c of tricky) {
        for (const d of [0x41, 0x80]) {
          const bytes = new Uint8Array([a, b, c, d]);
          assert.equal(isUtf8(bytes, 0, 4), decodes(bytes), bytes.toHex());
        }
      }
    }
  }
});

Deno.test("isUtf8() agrees with the platform's decoder on random bytes and cut texts", () => {
  const cutText = fc.tuple(fc.string({ unit: "binary" }), fc.nat(6)).map(([text, cut]) => {
    const bytes = new TextEncoder().encode(text);
    return bytes.subarray(0, Math.max(0, bytes.length - cut));
  });
  fc.assert(fc.property(fc.oneof(fc.uint8Array(), cutText), (bytes) => {
    assert.equal(isUtf8(bytes, 0, bytes.length), decodes(bytes));
  }));
});

Deno.test("isUtf8() looks only between start and end", () => {
  const bytes = new Uint8Array([0xff, 0x61, 0xc3, 0xa4, 0xff]);
  assert.equal(isUtf8(bytes, 1, 4), true);
  assert.equal(isUtf8(bytes, 1, 3), false);
  assert.equal(isUtf8(bytes, 0, 4), false);
});

Deno.test("utf8Length() counts what the platform's encoder writes", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
  }));
  assert.equal(utf8Length("\ud800"), 3);
});

Deno.test("clipText() keeps the longest start that fits and never splits a character", () => {
  const encoder = new TextEncoder();
  const anyText = fc.string({ unit: "binary", maxLength: 30 }).chain((text) =>
    fc.constantFrom(text, `${text}\ud83d`, `\ude00${text}`)
  );
  fc.assert(fc.property(anyText, fc.nat(40), (text, bytesMax) => {
    const clipped = clipText(text, bytesMax);
    const sound = text.toWellFormed();
    assert.ok(clipped.isWellFormed());
    assert.ok(sound.startsWith(clipped));
    assert.ok(encoder.encode(clipped).length <= bytesMax);
    const next = [...sound.slice(clipped.length)][0];
    if (next !== undefined) assert.ok(encoder.encode(clipped + next).length > bytesMax);
  }));
});
