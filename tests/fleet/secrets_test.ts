// What a worker gets to know: every byte that comes to it during real work, searched for whoever the work is for.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { assert } from "../deps.ts";
import { sourceOf } from "../../coordinator/gateway/mod.ts";
import { messageType as t, parseToBackend, type Submit, type ToBackend } from "../../protocol/mod.ts";
import { Peer } from "../e2e/coordinator_peer.ts";
import { disguisesIn, occurs } from "./disguises.ts";
import { kernelOf, runTask, withFleet } from "./fleet.ts";
import { sha256 } from "./real_kernels.ts";
import { Wiretap } from "./wiretap.ts";
import { paths, piles, type Work } from "./work.ts";

const game = "Siege of Thistledown 7";
const idempotencyKeys = ["order-Hieronymus-0001", "order-Hieronymus-0002"];
const exclude = "match-4711-tag";
const trace = "trace-of-Thistledown";
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A backend with a bare socket, so that its session's name is known; its tasks carry all that a submission can carry. */
async function submitRaw(url: string, key: string, work: Work): Promise<string> {
  using peer = await Peer.open<ToBackend>(`${url}/v1/backend`, key, parseToBackend);
  const [, session] = await peer.first(t.welcome);
  peer.send([t.openKernel, 1, work.kernel, null]);
  await peer.first(t.kernelOpened);
  const assets = work.asset === null ? null : [Uint8Array.fromHex(await sha256(work.asset))];
  for (const [at, idempotencyKey] of idempotencyKeys.entries()) {
    const submit: Submit = [
      ...[t.submit, at + 1, 1, work.next(), assets, 20_000, 3, 0] as const,
      ...[idempotencyKey, [utf8(exclude)], null, utf8(trace), null] as const,
    ];
    peer.send(submit);
    await peer.until(
      "an answer",
      () => peer.received.find((each) => each[0] === t.answer && each[1] === at + 1),
    );
  }
  return session;
}

Deno.test("no account, project, key, session or game name reaches a worker, in whatever form", async () => {
  await withFleet({}, async (fleet) => {
    await using tap = new Wiretap(fleet.url);
    const { project, key } = await fleet.project(game);
    const client = await fleet.connect(key);
    const worker = await fleet.join("tapped", {}, tap.url);
    const works = [paths(41), piles(42)];
    for (const work of works) await fleet.trustAll(client, work);
    const session = await submitRaw(fleet.running.url, key, works[0]!);
    const tasks = works.flatMap((work) => Array.from({ length: 10 }, () => ({ work, input: work.next() })));
    for (const { work, input } of tasks) await runTask(client, work, input);
    const { workers, tasks: { tiers } } = await fleet.status();
    assert.ok(workers.every((each) => kernelOf(each, "physics")?.stage === "trusted"));
    assert.ok(tiers.peer >= tasks.length, "the worker served what was searched");

    const { received } = tap;
    assert.ok(tasks.every(({ input }) => occurs(received, input)), "the tap heard the tasks");
    assert.ok(occurs(received, works[0]!.asset!), "the tap heard the asset");
    assert.ok(occurs(received, utf8('{"challenge":')), "the tap heard the answers over HTTP");
    assert.ok(!occurs(received, utf8("content-encoding")), "nothing was compressed");

    const randomPart = key.slice("p2c2r_".length);
    const secrets: Readonly<Record<string, string | Uint8Array>> = {
      "the game's name": game,
      "a word of it": "Thistledown",
      "the project's id": project,
      "the project's id as bytes": Uint8Array.fromHex(project.replaceAll("-", "")),
      "the API key": key,
      "the API key's random part": randomPart,
      "the API key's random part as bytes": Uint8Array.fromBase64(randomPart, { alphabet: "base64url" }),
      "the API key's prefix": randomPart.slice(0, 8),
      "the backend's session": session,
      "the first idempotency key": idempotencyKeys[0]!,
      "the second idempotency key": idempotencyKeys[1]!,
      "the exclusion tag": exclude,
      "the trace": trace,
      "the project's name for the worker": sourceOf(project, worker.worker),
    };
    const found = Object.entries(secrets).flatMap(([name, secret]) =>
      disguisesIn(received, secret).map((form) => `${name}: ${form}`)
    );
    assert.deepEqual(found, []);
  });
});

Deno.test("disguisesIn() finds a secret in hex, base64 at any offset, hashed, and cut", () => {
  const secret = "Siege of Thistledown 7";
  const hash = createHash("sha256").update(secret).digest();
  const hidden = [
    Buffer.from(`{"name":"${secret}"}`),
    Buffer.from(Buffer.from(`x${secret}yz`).toString("hex")),
    ...["", "a", "ab", "abc"].map((before) =>
      Buffer.from(Buffer.from(`${before}${secret}!`).toString("base64"))
    ),
    Buffer.from(Buffer.from(`ab${secret}`).toString("base64url")),
    Buffer.concat([Buffer.alloc(3), hash]),
    Buffer.from(hash.toString("hex").slice(0, 16)),
    Buffer.from(hash.toString("base64")),
  ];
  for (const each of hidden) assert.notDeepEqual(disguisesIn([each], secret), [], each.toString());
  assert.deepEqual(disguisesIn([Buffer.from("Siege of Thistledown 8")], secret), []);
});
