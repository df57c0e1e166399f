// What goes wrong by a caller's fault, with the real kernels: the exact code through the SDK and over HTTP, and no harm done.
import { assert } from "../deps.ts";
import { type Client, connect, P2c2rError, type RunRawOptions } from "../../sdk/mod.ts";
import { limits } from "../../protocol/mod.ts";
import { ask, bearing } from "../e2e/coordinator_rig.ts";
import { json } from "../e2e/coordinator_worker.ts";
import { eventually } from "./eventually.ts";
import { type Fleet, runTask, withFleet } from "./fleet.ts";
import { bundleOf, Referee, sha256 } from "./real_kernels.ts";
import { paths } from "./work.ts";

const work = paths(71);
const asset = work.asset!;
const grid = await sha256(asset);
const sound = work.next();
const deadlineMs = 20_000;
const kernelLimits = bundleOf("pathfind").manifest.limits;

/** A task: by default a sound one. */
interface Request {
  readonly kernel?: string;
  readonly input?: Uint8Array;
  readonly assets?: readonly string[];
  readonly options?: Partial<RunRawOptions>;
  /** Fields of the JSON body that the SDK takes as options. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A task that is refused, and how. */
interface Fault extends Request {
  readonly name: string;
  readonly code: string;
  readonly status: number;
  readonly message: RegExp;
}

const faults: readonly Fault[] = [
  {
    name: "a kernel nobody knows",
    kernel: "teleport",
    code: "kernel.unknown",
    status: 404,
    message: /teleport/,
  },
  {
    name: "a version nobody has",
    options: { version: "9.9.9" },
    fields: { version: "9.9.9" },
    code: "kernel.unknown",
    status: 404,
    message: /pathfind.*9\.9\.9/,
  },
  {
    name: "an input above the kernel's limit",
    input: new Uint8Array(kernelLimits.inputBytesMax + 1),
    code: "task.too_large",
    status: 413,
    message: new RegExp(
      `input is ${kernelLimits.inputBytesMax + 1} bytes, limit is ${kernelLimits.inputBytesMax}`,
    ),
  },
  {
    name: "an input above the wire's limit",
    input: new Uint8Array(limits.inputBytesMax + 1),
    code: "task.too_large",
    status: 413,
    message: new RegExp(`input is ${limits.inputBytesMax + 1} bytes`),
  },
  {
    name: "more assets than the kernel reads",
    assets: [grid, grid],
    code: "task.too_large",
    status: 413,
    message: /2 assets, limit is 1/,
  },
  {
    name: "an asset nobody uploaded",
    assets: ["ab".repeat(32)],
    code: "task.asset_unknown",
    status: 409,
    message: /asset (ab){32} is not uploaded/,
  },
  {
    name: "an input that is no list of pairs",
    input: Uint8Array.of(1, 2, 3),
    code: "kernel.refused",
    status: 422,
    message: /^Cannot /,
  },
  {
    name: "no asset where one is needed",
    assets: [],
    code: "kernel.refused",
    status: 422,
    message: /^Cannot /,
  },
  {
    name: "a deadline beyond a minute",
    options: { deadlineMs: 60_001 },
    fields: { deadlineMs: 60_001 },
    code: "request.invalid",
    status: 400,
    message: /deadlineMs/,
  },
];

function throughSdk(client: Client, request: Request): Promise<unknown> {
  const { kernel = "pathfind", input = sound, assets = [grid], options } = request;
  return client.runRaw(kernel, input, { deadlineMs, assets, ...options });
}

function overHttp(url: string, key: string, request: Request): ReturnType<typeof ask> {
  const { kernel = "pathfind", input = sound, assets = [grid], fields } = request;
  const body = { kernel, input: input.toBase64(), assets, deadlineMs, ...fields };
  return ask(`${url}/v1/tasks`, bearing(key, json(body)));
}

async function errorOf(work: Promise<unknown>): Promise<P2c2rError> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(error instanceof P2c2rError, `${error}`);
  return error;
}

/** Proves that nothing was harmed: a task nobody asked for before is answered right, both ways. */
async function assertUnharmed(fleet: Fleet, client: Client, key: string, referee: Referee): Promise<void> {
  const [one, other] = [work.next(), work.next()];
  assert.deepEqual((await runTask(client, work, one)).output, await referee.output("pathfind", one, asset));
  const { status, body } = await overHttp(fleet.running.url, key, { input: other });
  assert.equal(status, 200);
  const right = await referee.output("pathfind", other, asset);
  assert.deepEqual(Uint8Array.fromBase64(String(body["output"])), right);
  assert.equal((await ask(`${fleet.running.url}/readyz`)).status, 200);
}

Deno.test("a faulty task has its exact code through the SDK and over HTTP, and the service is unharmed", async () => {
  await using referee = new Referee();
  await withFleet({}, async (fleet) => {
    const { key } = await fleet.project("faults");
    const client = await fleet.connect(key);
    await fleet.join("one");
    await fleet.trustAll(client, work);
    for (const fault of faults) {
      const error = await errorOf(throughSdk(client, fault));
      assert.equal(error.code, fault.code, `${fault.name}: ${error.message}`);
      assert.match(error.message, fault.message, fault.name);
      const { status, headers, body } = await overHttp(fleet.running.url, key, fault);
      assert.deepEqual(
        [status, body["code"]],
        [fault.status, fault.code],
        `${fault.name}: ${body["detail"]}`,
      );
      assert.match(String(body["detail"]), fault.message, fault.name);
      assert.equal(headers.get("content-type"), "application/problem+json");
      await assertUnharmed(fleet, client, key, referee);
    }
    const { workers, trust } = await fleet.status();
    assert.deepEqual(
      [workers[0]!.state, trust.caught],
      ["connected", 0],
      "no fault of a caller is held against a worker",
    );
  });
});

Deno.test("an asset that is too large, or has another digest, is refused where it is made or sent", async () => {
  await withFleet({}, async (fleet) => {
    const client = await fleet.connect();
    const large = new Uint8Array(limits.blobBytesMax + 1);
    assert.equal((await errorOf(client.asset(large))).code, "asset.too_large");
    const put = (body: Uint8Array<ArrayBuffer>) =>
      ask(`${fleet.running.url}/v1/assets/${"ab".repeat(32)}`, bearing(fleet.key, { method: "PUT", body }));
    const [tooLarge, otherDigest] = [await put(large), await put(Uint8Array.of(1))];
    assert.deepEqual([tooLarge.status, tooLarge.body["code"]], [413, "request.too_large"]);
    assert.deepEqual([otherDigest.status, otherDigest.body["code"]], [400, "request.invalid"]);
  });
});

Deno.test("a wrong key, a revoked one and an empty purse are refused by code, and nobody else notices", async () => {
  await using referee = new Referee();
  await withFleet({}, async (fleet) => {
    const { url, operatorToken } = fleet.running;
    const { key } = await fleet.project("in order");
    const client = await fleet.connect(key);
    await runTask(client, work, sound);

    const wrong = `p2c2r_${"A".repeat(32)}`;
    assert.equal((await errorOf(connect(url, { apiKey: wrong }))).code, "auth.refused");
    const refused = await overHttp(url, wrong, {});
    assert.deepEqual([refused.status, refused.body["code"]], [401, "auth.refused"]);
    await assertUnharmed(fleet, client, key, referee);

    const poor = await fleet.project("poor", 0);
    const poorClient = await fleet.connect(poor.key);
    assert.equal((await errorOf(runTask(poorClient, work, sound))).code, "task.balance");
    const put = { method: "PUT", body: asset.slice() };
    assert.equal(
      (await ask(`${url}/v1/assets/${grid}`, bearing(poor.key, put))).status,
      200,
      "uploads are free",
    );
    const broke = await overHttp(url, poor.key, {});
    assert.deepEqual([broke.status, broke.body["code"]], [402, "task.balance"]);
    await assertUnharmed(fleet, client, key, referee);

    const lost = await fleet.project("lost key");
    const lostClient = await fleet.connect(lost.key);
    await runTask(lostClient, work, sound);
    const prefix = lost.key.slice("p2c2r_".length).slice(0, 8);
    const revoke = bearing(operatorToken, { method: "DELETE" });
    assert.equal((await ask(`${url}/v1/admin/keys/${prefix}`, revoke)).status, 200);
    await eventually("the client with the revoked key has ended", async () => {
      const error = await runTask(lostClient, work, work.next()).then(
        () => undefined,
        (error: unknown) => error,
      );
      return error instanceof P2c2rError && error.code === "auth.refused";
    });
    assert.equal((await errorOf(connect(url, { apiKey: lost.key }))).code, "auth.refused");
    const revoked = await overHttp(url, lost.key, {});
    assert.deepEqual([revoked.status, revoked.body["code"]], [401, "auth.refused"]);
    await assertUnharmed(fleet, client, key, referee);
  });
});
