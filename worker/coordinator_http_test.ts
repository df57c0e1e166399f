import { P2c2rError } from "../protocol/mod.ts";
import { assert } from "../tests/deps.ts";
import { CoordinatorHttp, problemOf } from "./coordinator_http.ts";
import type { Identity } from "./identity.ts";

const identity: Identity = {
  publicKey: new Uint8Array(32),
  worker: "00".repeat(16),
  sign: () => Promise.resolve(new Uint8Array(64)),
};

/** Serves `answer` and asks it through a client. */
async function asking(
  answer: (path: string, count: number) => Response,
  ask: (http: CoordinatorHttp) => Promise<void>,
): Promise<void> {
  let count = 0;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(new URL(request.url).pathname, ++count),
  );
  await ask(clientOf(`http://127.0.0.1:${server.addr.port}`));
}

function clientOf(url: string): CoordinatorHttp {
  const config = { coordinator: new URL(url), invite: null, tier: "peer" } as const;
  return new CoordinatorHttp(config, identity, new AbortController().signal);
}

const withCode = (code: string) => (error: unknown) => {
  assert.equal(error instanceof P2c2rError && error.code, code);
  return true;
};

Deno.test("problemOf() takes the code of a problem, and falls back to the status", () => {
  const body = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const problem = problemOf(503, body({ code: "coordinator.draining", detail: "stopping", hint: "Wait." }));
  assert.deepEqual([problem.code, problem.message, problem.hint], [
    "coordinator.draining",
    "stopping",
    "Wait.",
  ]);
  const codes = [401, 403, 404, 426, 429, 500, 502].map((status) =>
    problemOf(status, body({ code: "odd" })).code
  );
  assert.deepEqual(codes, [
    "auth.expired",
    "auth.forbidden",
    "request.not_found",
    "protocol.version",
    "rate.limited",
    "connection.lost",
    "connection.lost",
  ]);
  assert.equal(problemOf(502, new TextEncoder().encode("<html>")).code, "connection.lost");
});

Deno.test("CoordinatorHttp.token() asks once and remembers, until it is forgotten", async () => {
  await asking(
    (path, count) =>
      Response.json(path.endsWith("challenge") ? { challenge: "AAAA" } : { token: `t${count}`, worker: "" }),
    async (http) => {
      assert.equal(http.hasToken, false);
      assert.equal(await http.token(), "t2");
      assert.equal(await http.token(), "t2");
      http.forgetToken();
      assert.equal(await http.token(), "t4");
    },
  );
});

Deno.test("CoordinatorHttp.blob() replaces a token that expired, once", async () => {
  const asked: string[] = [];
  const answer = (path: string) => {
    asked.push(path.split("/").at(-1)!);
    if (path.startsWith("/v1/blobs")) return Response.json({ code: "auth.expired" }, { status: 401 });
    return Response.json({ challenge: "AAAA", token: "t" });
  };
  await asking(answer, async (http) => {
    await http.token();
    await assert.rejects(http.blob("d", 10), withCode("auth.expired"));
    assert.deepEqual(asked, ["challenge", "session", "d", "challenge", "session", "d"]);
  });
});

Deno.test("CoordinatorHttp refuses answers that are too long, strange, or lead elsewhere", async () => {
  const answer = (path: string) => {
    if (path.endsWith("/long")) return new Response(new Uint8Array(11));
    if (path.endsWith("/away")) {
      return new Response(null, { status: 302, headers: { location: "/v1/blobs/x" } });
    }
    if (path.endsWith("signers")) return new Response("no JSON");
    return Response.json({ challenge: "AAAA", token: "t" });
  };
  await asking(answer, async (http) => {
    await assert.rejects(http.blob("long", 10), withCode("protocol.limit"));
    await assert.rejects(http.blob("away", 10), withCode("connection.lost"));
    await assert.rejects(http.signers(), withCode("protocol.malformed"));
  });
  const nobody = clientOf("http://127.0.0.1:1");
  await assert.rejects(nobody.token(), withCode("connection.lost"));
});
