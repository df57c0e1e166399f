import { assert } from "../deps.ts";
import { joinBackend } from "./coordinator_backend.ts";
import {
  ask,
  bearing,
  type CoordinatorRig,
  coreDigest,
  digestOf,
  manifestDigest,
  reversed,
  startRig,
  until,
} from "./coordinator_rig.ts";
import { admitted, json, newWorkerKey, signedChallenge } from "./coordinator_worker.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Asks and answers status and code. */
async function outcome(url: string, init?: RequestInit): Promise<readonly [number, unknown]> {
  const { status, body } = await ask(url, init);
  return [status, body["code"]];
}

function task(rig: CoordinatorRig, body: unknown, headers: Record<string, string> = {}) {
  const init = json(body);
  return ask(`${rig.url}/v1/tasks`, bearing(rig.key, { ...init, headers: { ...init.headers, ...headers } }));
}

const small = { kernel: "reverse", input: bytes("abc").toBase64(), deadlineMs: 2_000 };

Deno.test("health and version answer without a key; nothing is cached; unknown addresses are problems", async () => {
  await using rig = await startRig();
  assert.deepEqual((await ask(`${rig.url}/livez`)).body, { live: true });
  assert.deepEqual((await ask(`${rig.url}/readyz`)).body, { ready: true });
  const { body, headers } = await ask(`${rig.url}/version`);
  assert.deepEqual([body["name"], body["protocol"]], ["p2c2r", "p2c2r.v1"]);
  assert.deepEqual([headers.get("cache-control"), headers.get("x-content-type-options")], [
    "no-store",
    "nosniff",
  ]);
  const lost = await ask(`${rig.url}/v1/nothing`);
  assert.equal(lost.headers.get("content-type"), "application/problem+json");
  assert.equal(lost.headers.get("cache-control"), "no-store");
  assert.deepEqual(
    { ...lost.body, detail: "" },
    {
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "",
      code: "request.not_found",
      hint: "Check the address against docs/protocol.md.",
    },
  );
});

Deno.test("every route that needs a key refuses none, a wrong one, and one of another kind", async () => {
  await using rig = await startRig({ app: { refusalsPerAddress: { burst: 1_000, perS: 1_000 } } });
  const { token } = await admitted(rig.url, await newWorkerKey());
  const digest = "0".repeat(64);
  const routes: readonly [string, string, readonly string[]][] = [
    ["POST", "/v1/tasks", [token, rig.running.operatorToken]],
    ["HEAD", `/v1/assets/${digest}`, [token]],
    ["PUT", `/v1/assets/${digest}`, [token]],
    ["GET", `/v1/blobs/${digest}`, [rig.key]],
    ["GET", "/v1/status", [rig.key, token]],
    ["GET", "/v1/admin/projects", [rig.key, token]],
    ["POST", "/v1/admin/projects", [rig.key]],
    ["DELETE", "/v1/admin/keys/12345678", [rig.key]],
  ];
  for (const [method, path, others] of routes) {
    assert.equal((await ask(rig.url + path, { method })).status, 401, `${method} ${path} without a key`);
    for (const wrong of ["p2c2r_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "nonsense", ...others]) {
      const { status } = await ask(rig.url + path, bearing(wrong, { method }));
      assert.ok(status === 401 || status === 403, `${method} ${path} with another key: ${status}`);
    }
  }
});

Deno.test("whoever guesses keys is told to wait", async () => {
  await using rig = await startRig({ app: { refusalsPerAddress: { burst: 3, perS: 0.1 } } });
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await outcome(`${rig.url}/v1/tasks`, bearing("guess", { method: "POST" })), [
      401,
      "auth.refused",
    ]);
  }
  const stopped = await ask(`${rig.url}/v1/tasks`, bearing("guess", { method: "POST" }));
  assert.deepEqual([stopped.status, stopped.body["code"]], [429, "rate.limited"]);
  assert.ok(Number(stopped.headers.get("retry-after")) >= 1);
});

Deno.test("a task over HTTP: JSON in and out, or octets with provenance in headers", async () => {
  await using rig = await startRig();
  const answer = await task(rig, small);
  assert.equal(answer.status, 200);
  const { output, tier, verified, kernel, version, source } = answer.body;
  assert.deepEqual(Uint8Array.fromBase64(String(output)), reversed(bytes("abc")));
  assert.deepEqual([tier, verified, kernel, version, source], ["local", "trusted", "reverse", "1.0.0", null]);
  const response = await fetch(
    `${rig.url}/v1/tasks?kernel=reverse&version=1.0.0&deadlineMs=2000`,
    bearing(rig.key, {
      method: "POST",
      body: bytes("xyz"),
      headers: { "content-type": "application/octet-stream" },
    }),
  );
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), reversed(bytes("xyz")));
  assert.deepEqual([response.headers.get("p2c2r-tier"), response.headers.get("p2c2r-kernel")], [
    "local",
    "reverse",
  ]);
});

Deno.test("a task over HTTP that cannot be taken says why", async () => {
  await using rig = await startRig();
  const unknown = "a".repeat(64);
  const cases: readonly [unknown, number, string][] = [
    [{ ...small, kernel: "divide" }, 404, "kernel.unknown"],
    [{ ...small, version: "9.9.9" }, 404, "kernel.unknown"],
    [{ ...small, kernel: undefined }, 400, "request.invalid"],
    [{ ...small, input: "not base64!" }, 400, "request.invalid"],
    [{ ...small, deadlineMs: 0 }, 400, "request.invalid"],
    [{ ...small, deadlineMs: "soon" }, 400, "request.invalid"],
    [{ ...small, priority: 8 }, 400, "request.invalid"],
    [{ ...small, verify: "never" }, 400, "request.invalid"],
    [{ ...small, assets: ["short"] }, 400, "request.invalid"],
    [{ ...small, assets: [unknown] }, 409, "task.asset_unknown"],
    [{ ...small, input: new Uint8Array(70_000).toBase64() }, 413, "task.too_large"],
  ];
  for (const [body, status, code] of cases) {
    const refused = await task(rig, body);
    assert.deepEqual(
      [refused.status, refused.body["code"]],
      [status, code],
      JSON.stringify(body).slice(0, 100),
    );
  }
  for (const text of ["", "{", "[1]", "null", "\u0000"]) {
    const refused = await ask(`${rig.url}/v1/tasks`, bearing(rig.key, { method: "POST", body: text }));
    assert.deepEqual([refused.status, refused.body["code"]], [400, "request.invalid"]);
  }
});

Deno.test("a project without credit is refused until it has some; a deposit counts once per key", async () => {
  await using rig = await startRig();
  const operator = (path: string, body: unknown) =>
    ask(`${rig.url}/v1/admin/${path}`, bearing(rig.running.operatorToken, json(body)));
  const { body: { project, key } } = await operator("projects", { name: "poor" });
  const paid = () => outcome(`${rig.url}/v1/tasks`, bearing(String(key), json(small)));
  assert.deepEqual(await paid(), [402, "task.balance"]);
  const deposit = { microCredits: 1_000, idempotencyKey: "invoice 1" };
  assert.deepEqual((await operator(`projects/${project}/credit`, deposit)).body["balance"], 1_000);
  assert.deepEqual((await operator(`projects/${project}/credit`, deposit)).body["balance"], 1_000);
  assert.deepEqual(await paid(), [200, undefined]);
});

Deno.test("a revoked key stops working at once and its sessions are closed", async () => {
  await using rig = await startRig();
  const operator = (method: string, path: string, body?: unknown) =>
    ask(
      `${rig.url}/v1/admin/${path}`,
      bearing(rig.running.operatorToken, { method, body: body === undefined ? null : JSON.stringify(body) }),
    );
  const { body } = await operator("GET", "projects");
  const [{ id, keys: [{ prefix }] }] = body["projects"] as [{ id: string; keys: [{ prefix: string }] }];
  const fresh = String((await operator("POST", `projects/${id}/keys`)).body["key"]);
  const backend = await joinBackend(rig.url, rig.key);
  assert.equal((await operator("DELETE", `keys/${prefix}`)).status, 200);
  assert.deepEqual(await backend.peer.closed, { code: 4401, reason: "auth.refused" });
  assert.deepEqual((await task(rig, small)).status, 401);
  assert.deepEqual(await outcome(`${rig.url}/v1/tasks`, bearing(fresh, json(small))), [200, undefined]);
  assert.equal((await operator("DELETE", `keys/${prefix}`)).status, 404);
});

Deno.test("a repeated Idempotency-Key gives the same bytes without a second task", async () => {
  await using rig = await startRig();
  const first = await task(rig, small, { "idempotency-key": "k" });
  const second = await task(rig, small, { "idempotency-key": "k" });
  assert.deepEqual(second.body, first.body);
  const other = await task(rig, { ...small, input: bytes("other").toBase64() }, { "idempotency-key": "k" });
  assert.deepEqual([other.status, other.body["code"]], [400, "request.invalid"]);
  assert.equal((await rig.running.status()).tasks.submitted, 1);
});

Deno.test("a client that hangs up withdraws its task", async () => {
  await using rig = await startRig();
  rig.compute.hold = true;
  const client = new AbortController();
  const asked = fetch(`${rig.url}/v1/tasks`, bearing(rig.key, { ...json(small), signal: client.signal }));
  await until(async () => (await rig.running.status()).queue.inFlight === 1);
  client.abort();
  await assert.rejects(asked);
  await until(async () => (await rig.running.status()).queue.inFlight === 0);
  assert.deepEqual((await rig.running.status()).tasks.refused, { "task.cancelled": 1 });
});

Deno.test("assets: created once, verified, visible to their project only, usable in tasks", async () => {
  await using rig = await startRig();
  const asset = bytes("an asset");
  const url = `${rig.url}/v1/assets/${await digestOf(asset)}`;
  const put = () => ask(url, bearing(rig.key, { method: "PUT", body: asset }));
  assert.equal((await fetch(url, bearing(rig.key, { method: "HEAD" }))).status, 404);
  assert.deepEqual([(await put()).status, (await put()).status], [201, 200]);
  assert.equal((await fetch(url, bearing(rig.key, { method: "HEAD" }))).status, 200);
  const back = await fetch(url, bearing(rig.key));
  assert.deepEqual(new Uint8Array(await back.arrayBuffer()), asset);
  const wrong = `${rig.url}/v1/assets/${"0".repeat(64)}`;
  assert.deepEqual(await outcome(wrong, bearing(rig.key, { method: "PUT", body: asset })), [
    400,
    "request.invalid",
  ]);
  const nameless = `${rig.url}/v1/assets/readme`;
  assert.deepEqual(await outcome(nameless, bearing(rig.key, { method: "PUT", body: asset })), [
    400,
    "request.invalid",
  ]);
  const made = await ask(
    `${rig.url}/v1/admin/projects`,
    bearing(rig.running.operatorToken, json({ name: "b" })),
  );
  assert.equal((await fetch(url, bearing(String(made.body["key"])))).status, 404);
  assert.equal((await task(rig, { ...small, assets: [await digestOf(asset)] })).status, 200);
});

Deno.test("bodies that are too large or too slow are cut off", async () => {
  await using rig = await startRig();
  const url = `${rig.url}/v1/assets/${"0".repeat(64)}`;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
  });
  const large = await fetch(url, bearing(rig.key, { method: "PUT", body: endless })).then(
    async (response) => (await response.json() as { code: string }).code,
    () => "cut",
  );
  assert.ok(large === "request.too_large" || large === "cut", large);
  const announced = await ask(
    `${rig.url}/v1/tasks?kernel=reverse&deadlineMs=100`,
    bearing(rig.key, {
      method: "POST",
      body: new Uint8Array(1024 * 1024 + 1),
      headers: { "content-type": "application/octet-stream" },
    }),
  );
  assert.deepEqual([announced.status, announced.body["code"]], [413, "request.too_large"]);
});

Deno.test("workers fetch bundle files by digest with their token", async () => {
  await using rig = await startRig();
  const { token } = await admitted(rig.url, await newWorkerKey());
  const read = async (digest: string) => {
    const response = await fetch(`${rig.url}/v1/blobs/${digest}`, bearing(token));
    return await digestOf(new Uint8Array(await response.arrayBuffer()));
  };
  assert.deepEqual([await read(manifestDigest), await read(coreDigest)], [manifestDigest, coreDigest]);
  assert.deepEqual(await outcome(`${rig.url}/v1/blobs/${"0".repeat(64)}`, bearing(token)), [
    404,
    "request.not_found",
  ]);
  assert.deepEqual(await outcome(`${rig.url}/v1/blobs/..%2f..%2fetc`, bearing(token)), [
    404,
    "request.not_found",
  ]);
});

Deno.test("a worker is admitted for its own signature over a fresh challenge for this host, once", async () => {
  await using rig = await startRig();
  const key = await newWorkerKey();
  const session = (body: unknown) => outcome(`${rig.url}/v1/workers/session`, json(body));
  const signed = await signedChallenge(rig.url, key);
  assert.deepEqual(await session(signed), [200, undefined]);
  assert.deepEqual(await session(signed), [401, "auth.refused"]);
  const relayed = await signedChallenge(rig.url, key, "other.example:8765");
  assert.deepEqual(await session(relayed), [401, "auth.refused"]);
  const borrowed = { ...await signedChallenge(rig.url, key), publicKey: (await newWorkerKey()).publicKey };
  assert.deepEqual(await session(borrowed), [401, "auth.refused"]);
  assert.deepEqual(await session({ ...signed, signature: "short" }), [400, "request.invalid"]);
  assert.deepEqual(await session({}), [400, "request.invalid"]);
});

Deno.test("challenges are limited per address", async () => {
  await using rig = await startRig({ app: { challengesPerAddress: { burst: 2, perS: 0.1 } } });
  const { publicKey } = await newWorkerKey();
  const challenge = () => outcome(`${rig.url}/v1/workers/challenge`, json({ publicKey }));
  assert.deepEqual([await challenge(), await challenge(), await challenge()], [
    [200, undefined],
    [200, undefined],
    [429, "rate.limited"],
  ]);
});
