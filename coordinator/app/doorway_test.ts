// What stands between a request and the coordinator: texts, addresses, limits, bodies, keys, secrets.
import { assert } from "../../tests/deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import type { StoredKey } from "../store/mod.ts";
import { ApiKeys } from "./api_keys.ts";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { readBody, readJson } from "./body.ts";
import { addressOf, assertUpgrade, bearerOf, networkOf, sameSecret, socketBearerOf } from "./caller.ts";
import { base64Field, choiceField, hexListField, integerField, numberInQuery, textField } from "./fields.ts";
import { problemResponse } from "./problem.ts";
import { RateLimiter } from "./rate_limiter.ts";
import { Seal } from "./seal.ts";
import { loadSecrets, newSecrets } from "./secrets.ts";
import { P2c2rError } from "../../protocol/mod.ts";

const invalid = { code: "request.invalid" };

Deno.test("fromBase64Url() takes the one text of some bytes and no other", () => {
  const bytes = Uint8Array.of(255, 254, 253, 252);
  const text = toBase64Url(bytes);
  assert.deepEqual(fromBase64Url(text, 4), bytes);
  for (
    const other of [text + "=", text + "A", `${text.slice(0, -1)}x`, text.replace("_", "/"), "", "!!!!!!"]
  ) {
    assert.equal(fromBase64Url(other, 4), undefined, other);
  }
  assert.equal(fromBase64Url(text, 3), undefined);
});

Deno.test("Seal opens only what it made itself, for the same purpose and the same thing", () => {
  const seal = new Seal(new Uint8Array(32), "a");
  const payload = Uint8Array.of(1, 2);
  const made = seal.make(payload, 100, Uint8Array.of(9));
  assert.deepEqual(seal.open(made, 2, 99, Uint8Array.of(9)), payload);
  assert.equal(seal.open(made, 2, 100, Uint8Array.of(9)), "expired");
  assert.equal(seal.open(made, 2, 99, Uint8Array.of(8)), "forged");
  assert.equal(seal.open(made, 3, 99, Uint8Array.of(9)), "forged");
  assert.equal(new Seal(new Uint8Array(32), "b").open(made, 2, 99, Uint8Array.of(9)), "forged");
  for (let i = 0; i < made.length; i++) {
    const changed = made.slice();
    changed[i]! ^= 1;
    assert.equal(seal.open(changed, 2, 99, Uint8Array.of(9)), "forged");
  }
});

Deno.test("RateLimiter lets a burst through, then as many as its rate, for each name", () => {
  const limiter = new RateLimiter("questions", { burst: 2, perS: 2 }, 10);
  limiter.take("a", 0);
  limiter.take("a", 0);
  assert.throws(() => limiter.take("a", 0), { code: "rate.limited", retryMs: 500 });
  assert.throws(() => limiter.assertRoom("a", 250), { code: "rate.limited", retryMs: 250 });
  limiter.take("b", 0);
  limiter.take("a", 500);
  assert.throws(() => limiter.take("a", 500), { code: "rate.limited" });
  limiter.take("a", 60_000);
  limiter.take("a", 60_000);
  assert.throws(() => limiter.take("a", 60_000), { code: "rate.limited" });
});

Deno.test("RateLimiter forgets the longest unseen name beyond its bound", () => {
  const limiter = new RateLimiter("questions", { burst: 1, perS: 0.001 }, 2);
  for (const name of ["a", "b"]) limiter.take(name, 0);
  assert.throws(() => limiter.take("a", 1), { code: "rate.limited" });
  limiter.take("c", 2);
  limiter.take("b", 3);
  assert.throws(() => limiter.take("c", 4), { code: "rate.limited" });
});

const post = (body: BodyInit, headers: HeadersInit = {}) =>
  new Request("http://localhost", { method: "POST", body, headers });

Deno.test("readBody() reads up to its limit, announced or not", async () => {
  const bytes = new Uint8Array(1_000).map((_, i) => i);
  assert.deepEqual(await readBody(post(bytes), 1_000), bytes);
  await assert.rejects(readBody(post(bytes), 999), { code: "request.too_large" });
  await assert.rejects(readBody(post("x", { "content-length": "1000" }), 999), { code: "request.too_large" });
  assert.equal((await readBody(new Request("http://localhost"), 1)).length, 0);
});

Deno.test("readBody() gives up on a body that pauses, drips or breaks, and cancels it", async () => {
  const cancelled: unknown[] = [];
  const stream = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => unknown) =>
    post(
      new ReadableStream<Uint8Array>({
        pull: async (controller) => void await pull(controller),
        cancel: (reason) => void cancelled.push(reason),
      }),
    );
  const never = stream(() => new Promise(() => {}));
  await assert.rejects(readBody(never, 10, { bodyPauseMsMax: 20, bodyMsMax: 5_000 }), {
    code: "protocol.silent",
  });
  const drip = stream(async (controller) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    controller.enqueue(new Uint8Array(1));
  });
  await assert.rejects(readBody(drip, 1e6, { bodyPauseMsMax: 5_000, bodyMsMax: 50 }), {
    code: "protocol.silent",
  });
  assert.equal(cancelled.length, 2);
  const broken = stream((controller) => controller.error(new Error("reset")));
  await assert.rejects(readBody(broken, 10), invalid);
});

Deno.test("readJson() takes objects in UTF-8", async () => {
  assert.deepEqual(await readJson(post('{"a":[1]}'), 100), { a: [1] });
  for (const wrong of ["", "[]", "null", "1", "{a:1}", Uint8Array.of(0x7b, 0xff, 0x7d)]) {
    await assert.rejects(readJson(post(wrong), 100), invalid);
  }
});

Deno.test("fields are what they must be, or are named in the refusal", () => {
  assert.equal(textField("äb", "name", 3), "äb");
  for (const wrong of ["", "äbc", 5, null, undefined]) {
    assert.throws(() => textField(wrong, "name", 3), /name must be a text of 1 to 3 bytes/);
  }
  assert.equal(integerField(3, "n", 3, 4), 3);
  for (const wrong of [2, 5, 3.5, "3", NaN, null]) {
    assert.throws(() => integerField(wrong, "n", 3, 4), invalid);
  }
  assert.equal(choiceField("b", "c", ["a", "b"]), "b");
  assert.throws(() => choiceField("z", "c", ["a", "b"]), /c must be a or b/);
  assert.deepEqual(hexListField(["ab", "cdef"], "h", 2, 1, 2), ["ab", "cdef"]);
  for (const wrong of [["AB"], ["a"], ["abcdef"], ["ab", "ab", "ab"], [""], "ab", [1]]) {
    assert.throws(() => hexListField(wrong, "h", 2, 1, 2), invalid);
  }
  assert.deepEqual(base64Field("AQI=", "b"), Uint8Array.of(1, 2));
  for (const wrong of ["AQI", "A-I=", 1]) assert.throws(() => base64Field(wrong, "b"), invalid);
  assert.deepEqual([numberInQuery("12"), numberInQuery(undefined), numberInQuery("1e3")], [
    12,
    undefined,
    NaN,
  ]);
});

Deno.test("bearerOf() and socketBearerOf() find the token where a caller can put it", () => {
  assert.equal(bearerOf(new Headers({ authorization: "bearer  a.b-c" })), "a.b-c");
  for (const wrong of ["", "Basic abc", "Bearer", "Bearer a b", `Bearer ${"x".repeat(513)}`]) {
    assert.throws(() => bearerOf(new Headers({ authorization: wrong })), { code: "auth.missing" });
  }
  const browser = new Headers({ "sec-websocket-protocol": "p2c2r.v1, p2c2r.token.abc" });
  assert.equal(socketBearerOf(browser), "abc");
  assert.throws(() => bearerOf(browser), { code: "auth.missing" });
});

Deno.test("assertUpgrade() wants a WebSocket of our protocol", () => {
  assertUpgrade(new Headers({ upgrade: "WebSocket", "sec-websocket-protocol": "x, p2c2r.v1" }));
  for (const headers of [{}, { upgrade: "websocket" }, { "sec-websocket-protocol": "p2c2r.v1" }]) {
    assert.throws(() => assertUpgrade(new Headers(headers as HeadersInit)), { code: "protocol.version" });
  }
});

Deno.test("addressOf() believes a proxy only when told, and counts IPv6 callers by their network", () => {
  const forwarded = new Headers({ "x-forwarded-for": "9.9.9.9, 8.8.8.8" });
  assert.equal(addressOf(forwarded, "1.2.3.4", false), "1.2.3.4");
  assert.equal(addressOf(forwarded, "1.2.3.4", true), "8.8.8.8");
  assert.equal(addressOf(new Headers(), "1.2.3.4", true), "1.2.3.4");
  assert.equal(addressOf(new Headers(), undefined, false), "unknown");
  const six = (address: string) => addressOf(new Headers(), address, false);
  assert.equal(six("2001:db8:1:2:3:4:5:6"), six("2001:db8:1:2::9"));
  assert.notEqual(six("2001:db8:1:2::9"), six("2001:db8:1:3::9"));
  assert.equal(six("::1"), "0:0:0:0");
  assert.equal(six("::ffff:1.2.3.4"), "::ffff:1.2.3.4");
});

Deno.test("networkOf() marks networks without naming them", () => {
  const secret = new Uint8Array(32);
  const mark = (address: string) => networkOf(address, secret);
  assert.equal(mark("1.2.3.4"), mark("1.2.3.250"));
  assert.notEqual(mark("1.2.3.4"), mark("1.2.4.4"));
  assert.match(mark("1.2.3.4"), /^[0-9a-f]{16}$/);
  assert.notEqual(mark("1.2.3.4"), networkOf("1.2.3.4", new Uint8Array(32).fill(1)));
});

Deno.test("sameSecret() compares texts of any length", () => {
  assert.deepEqual([sameSecret("abc", "abc"), sameSecret("abd", "abc"), sameSecret("", "abc")], [
    true,
    false,
    false,
  ]);
});

Deno.test("problemResponse() is RFC 9457 with code, hint and when to come back", async () => {
  const response = problemResponse(
    new P2c2rError("task.overload", "Cannot submit task: full", { retryMs: 1_200 }),
  );
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "2"]);
  assert.deepEqual(await response.json(), {
    type: "about:blank",
    title: "Service Unavailable",
    status: 503,
    detail: "Cannot submit task: full",
    code: "task.overload",
    hint: "Wait for the time given and try again.",
    retryMs: 1_200,
  });
  assert.equal(
    problemResponse(new P2c2rError("auth.missing", "x")).headers.get("www-authenticate"),
    "Bearer",
  );
});

Deno.test("ApiKeys stores hashes, believes a good key for a moment, and a revoked one not at all", async () => {
  const stored = new Map<string, StoredKey>();
  let asked = 0;
  const keys = new ApiKeys({
    create: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    keys: () => Promise.resolve([]),
    setWeight: () => Promise.resolve(false),
    addKey: (key) => Promise.resolve(void stored.set(key.hash, { ...key, revokedMs: null })),
    findKey: (hash) => Promise.resolve((asked++, stored.get(hash))),
    revokeKey: (prefix, revokedMs) => {
      for (const [hash, key] of stored) if (key.prefix === prefix) stored.set(hash, { ...key, revokedMs });
      return Promise.resolve(true);
    },
  }, { keyBelievedMs: 1_000, keysBelievedMax: 1 });
  const key = await keys.make("p", 5);
  assert.match(key, /^p2c2r_[\w-]{32}$/);
  assert.ok(![...stored.values()].some((each) => JSON.stringify(each).includes(key.slice(14))));
  const holder = { project: "p", prefix: key.slice(6, 14) };
  for (const nowMs of [0, 1, 999]) assert.deepEqual(await keys.holderOf(key, nowMs), holder);
  assert.equal(asked, 1);
  await keys.holderOf(key, 1_000);
  assert.equal(asked, 2);
  await assert.rejects(keys.holderOf(`${key.slice(0, -1)}${key.endsWith("A") ? "B" : "A"}`, 1), {
    code: "auth.refused",
  });
  await assert.rejects(keys.holderOf("p2c2r_short", 1), { code: "auth.refused" });
  assert.equal(asked, 3);
  await keys.revoke(holder.prefix, 9);
  await assert.rejects(keys.holderOf(key, 1_001), { code: "auth.refused" });
  const other = await keys.make("q", 5);
  await keys.holderOf(other, 0);
  await keys.holderOf(await keys.make("r", 5), 0);
  const before = asked;
  await keys.holderOf(other, 1);
  assert.equal(asked, before + 1);
});

Deno.test("secrets are made once per data folder, for the owner's eyes only", async () => {
  await withTempFolder(async (folder) => {
    const first = await loadSecrets(folder);
    assert.deepEqual(await loadSecrets(folder), first);
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
    assert.deepEqual(names, ["operator.token", "seal.secret"]);
    if (Deno.build.os !== "windows") {
      for (const name of names) assert.equal(Deno.statSync(`${folder}/${name}`).mode! & 0o777, 0o600);
    }
    await Deno.writeTextFile(`${folder}/seal.secret`, "short\n");
    await assert.rejects(loadSecrets(folder), { code: "store.failed" });
    await assert.rejects(loadSecrets(`${folder}/missing`), { code: "store.failed" });
  });
  assert.notDeepEqual(newSecrets(), newSecrets());
});
