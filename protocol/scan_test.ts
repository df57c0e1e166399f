import { assert } from "../tests/deps.ts";
import { P2c2rError } from "./errors.ts";
import { limits } from "./limits.ts";
import { scan } from "./scan.ts";

function codeOf(hex: string | Uint8Array): string {
  try {
    scan(typeof hex === "string" ? Uint8Array.fromHex(hex) : hex);
    return "passed";
  } catch (error) {
    assert.ok(error instanceof P2c2rError, String(error));
    return error.code;
  }
}

function messageOf(hex: string | Uint8Array): string {
  try {
    scan(typeof hex === "string" ? Uint8Array.fromHex(hex) : hex);
    return "passed";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

Deno.test("scan() passes every kind of value that fields have, in every width", () => {
  const values = [
    ...[
      "00",
      "7f",
      "e0",
      "ff",
      "cc80",
      "cd0100",
      "ce00010000",
      "cf0020000000000000",
      "d080",
      "d18000",
      "d280000000",
    ],
    ...["d38000000000000000", "cb4340000000000000", "c0", "c2", "c3", "a0", "a161", "d90161", "da000161"],
    ...[
      "db0000000161",
      "c400",
      "c40161",
      "c5000161",
      "c60000000161",
      "90",
      "9101",
      "dc0000",
      "dc000101",
      "dd00000000",
    ],
  ];
  for (const value of values) assert.equal(codeOf(`9191${value}`), "passed", value);
});

Deno.test("scan() refuses maps, extensions, 32-bit floats and the unused byte wherever they stand", () => {
  const heads = ["80", "8f", "c1", "c7", "c8", "c9", "ca", "d4", "d5", "d6", "d7", "d8", "de", "df"];
  for (const head of heads) {
    for (const prefix of ["", "91", "9191", "919191", "92910191"]) {
      const frame = prefix + head + "00".repeat(20);
      assert.equal(codeOf(frame), "protocol.malformed", frame);
      assert.match(messageOf(frame), new RegExp(`0x${head} is not part of the protocol`));
    }
  }
});

Deno.test("scan() refuses a frame that ends inside a value, at every byte of a valid frame", () => {
  const frame = Uint8Array.fromHex("9197cd0102cb4340000000000000d90161c402ffff9201c0a3616263dc0001c3");
  assert.equal(codeOf(frame), "passed");
  for (let end = 0; end < frame.length; end++) {
    assert.equal(codeOf(frame.subarray(0, end)), "protocol.malformed", `cut at ${end}`);
    assert.match(messageOf(frame.subarray(0, end)), /in the middle of a value/, `cut at ${end}`);
  }
});

Deno.test("scan() refuses bytes behind the frame", () => {
  assert.equal(codeOf("910100"), "protocol.malformed");
  assert.equal(codeOf("91910100"), "protocol.malformed");
});

Deno.test("scan() refuses lengths without bytes behind them before they cost anything", () => {
  for (const head of ["ddffffffff", "dcffff", "dbffffffff", "c6ffffffff", "daffff", "c5ffff", "9f", "bf"]) {
    assert.match(messageOf(`9191${head}`), /in the middle of a value/, head);
    assert.match(messageOf(`9191${head}00`), /in the middle of a value/, head);
  }
});

Deno.test("scan() wants an array of non-empty arrays", () => {
  for (
    const hex of [
      "90",
      "00",
      "c0",
      "a161",
      "9100",
      "91c0",
      "9190",
      "92910190",
      "929101a0",
    ]
  ) {
    assert.equal(codeOf(hex), "protocol.malformed", hex);
  }
});

Deno.test("scan() counts nesting: frame, message, list, entry, and no further", () => {
  assert.equal(codeOf("91919190"), "passed");
  assert.equal(codeOf("9191919100"), "passed");
  assert.equal(codeOf("9191919190"), "protocol.limit");
  assert.equal(codeOf("91".repeat(60_000) + "00"), "protocol.limit");
});

Deno.test("scan() holds the limits of a frame exactly", () => {
  const bytes = (size: number) => {
    const frame = new Uint8Array(size);
    frame.set([0x91, 0x91, 0xc6]);
    new DataView(frame.buffer).setUint32(3, size - 7);
    return frame;
  };
  assert.equal(codeOf(bytes(limits.frameBytesMax)), "passed");
  assert.equal(codeOf(bytes(limits.frameBytesMax + 1)), "protocol.limit");

  const messages = (count: number) => {
    const frame = new Uint8Array(3 + 2 * count);
    frame.set([0xdc, count >> 8, count & 255]);
    for (let i = 0; i < count; i++) frame.set([0x91, 1], 3 + 2 * i);
    return frame;
  };
  assert.equal(codeOf(messages(limits.frameMessagesMax)), "passed");
  assert.equal(codeOf(messages(limits.frameMessagesMax + 1)), "protocol.limit");

  const values = (count: number) => {
    const frame = new Uint8Array(6 + count - 2);
    frame.set([0x91, 0xdd, 0, (count - 2) >> 16, ((count - 2) >> 8) & 255, (count - 2) & 255]);
    return frame;
  };
  assert.equal(codeOf(values(limits.frameValuesMax)), "passed");
  assert.equal(codeOf(values(limits.frameValuesMax + 1)), "protocol.limit");

  const text = (size: number) => `9191da${size.toString(16).padStart(4, "0")}${"61".repeat(size)}`;
  assert.equal(codeOf(text(limits.textBytesMax)), "passed");
  assert.equal(codeOf(text(limits.textBytesMax + 1)), "protocol.limit");
});

Deno.test("scan() refuses text that is not UTF-8", () => {
  for (const bytes of ["ff", "c080", "eda080", "f4908080", "e282"]) {
    const length = (0xa0 + bytes.length / 2).toString(16);
    assert.equal(codeOf(`9191${length}${bytes}`), "protocol.malformed", bytes);
  }
  assert.equal(codeOf("9191a3e282ac"), "passed");
});
