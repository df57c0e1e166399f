// One task over plain HTTP, answered in the same request.
import { Hono } from "hono";
import { limits as wire, P2c2rError } from "../../protocol/mod.ts";
import type { Kernel } from "../ports.ts";
import type { Answered, Project, TaskRequest } from "../gateway/mod.ts";
import { readBody, readJson } from "./body.ts";
import { base64Field, choiceField, hexListField, integerField, numberInQuery, textField } from "./fields.ts";
import type { AppContext, AppEnv } from "./gatekeeper.ts";
import { type AppParts, projectOf } from "./parts.ts";
import { bytesResponse } from "./worker_routes.ts";

const OCTETS = "application/octet-stream";
const KERNEL_ID_BYTES_MAX = 64;
const VERSION_BYTES_MAX = 32;

/** POST /v1/tasks and GET /v1/kernels. */
export function taskRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, tasks } = parts;
  return new Hono<AppEnv>()
    .post("/v1/tasks", async (c) => {
      const holder = await gatekeeper.backend(c);
      const project = await projectOf(parts, holder.project);
      const octets = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase() === OCTETS;
      const request = octets ? await octetRequest(parts, c, project) : await jsonRequest(parts, c, project);
      const answer = await tasks.run(request, c.req.raw.signal);
      return octets ? octetResponse(request.kernel, answer) : c.json(jsonAnswer(request.kernel, answer));
    })
    .get("/v1/kernels", (c) => {
      gatekeeper.count("open", gatekeeper.address(c));
      const kernels = parts.kernels.offered.map(({ kernel }) => {
        const { id, version, digest, inputBytesMax, outputBytesMax, fuelMax, price } = kernel;
        return { id, version, digest, inputBytesMax, outputBytesMax, fuelMax, price };
      });
      return c.json({ kernels });
    });
}

async function jsonRequest(parts: AppParts, c: AppContext, project: Project): Promise<TaskRequest> {
  const body = await readJson(c.req.raw, wire.jsonBytesMax);
  return taskRequest(parts, c, project, base64Field(body["input"], "input"), {
    kernel: body["kernel"],
    version: body["version"],
    assets: body["assets"],
    deadlineMs: body["deadlineMs"],
    priority: body["priority"],
    verify: body["verify"],
    exclude: body["exclude"],
  });
}

async function octetRequest(parts: AppParts, c: AppContext, project: Project): Promise<TaskRequest> {
  return taskRequest(parts, c, project, await readBody(c.req.raw, wire.inputBytesMax), {
    kernel: c.req.query("kernel"),
    version: c.req.query("version"),
    assets: c.req.queries("asset"),
    deadlineMs: numberInQuery(c.req.query("deadlineMs")),
    priority: numberInQuery(c.req.query("priority")),
    verify: c.req.query("verify"),
    exclude: c.req.queries("exclude"),
  });
}

/** A request's fields before they are checked; what is undefined or null was not said. */
type Fields = Readonly<
  Record<"kernel" | "version" | "assets" | "deadlineMs" | "priority" | "verify" | "exclude", unknown>
>;

function taskRequest(
  parts: AppParts,
  c: AppContext,
  project: Project,
  input: Uint8Array,
  fields: Fields,
): TaskRequest {
  const key = c.req.header("idempotency-key");
  const { deadlineMs, exclude, assets, priority, verify } = fields;
  return {
    project,
    kernel: kernelOf(parts, fields),
    input,
    assets: hexListField(assets ?? [], "assets", wire.taskAssetsMax, wire.digestBytes, wire.digestBytes),
    deadlineMs: integerField(deadlineMs, "deadlineMs", wire.deadlineMsMin, wire.deadlineMsMax),
    priority: integerField(priority ?? 0, "priority", 0, wire.priorityMax),
    verify: choiceField(verify ?? "sampled", "verify", ["sampled", "always"]),
    exclude: hexListField(exclude ?? [], "exclude", wire.taskTagsMax, 1, wire.tagBytesMax),
    fuelLimit: null,
    idempotencyKey: key === undefined ? null : textField(key, "Idempotency-Key", wire.idempotencyKeyBytesMax),
    trace: null,
  };
}

function kernelOf(parts: AppParts, { kernel, version }: Fields): Kernel {
  const id = textField(kernel, "kernel", KERNEL_ID_BYTES_MAX);
  const wanted = (version ?? null) === null ? null : textField(version, "version", VERSION_BYTES_MAX);
  const found = parts.kernels.find(id, wanted);
  if (found !== undefined) return found;
  const name = wanted === null ? id : `${id}@${wanted}`;
  throw new P2c2rError("kernel.unknown", `Cannot submit task: there is no kernel ${name} here`);
}

function jsonAnswer(kernel: Kernel, answer: Answered): Record<string, unknown> {
  const { output, tier, verified, attempts, fuel, latencyMs, source } = answer;
  const { id, version } = kernel;
  return {
    output: output.toBase64(),
    tier,
    verified,
    attempts,
    fuel,
    latencyMs,
    source,
    kernel: id,
    version,
  };
}

function octetResponse(kernel: Kernel, answer: Answered): Response {
  return bytesResponse(answer.output as Uint8Array<ArrayBuffer>, {
    "p2c2r-tier": answer.tier,
    "p2c2r-verified": answer.verified,
    "p2c2r-attempts": `${answer.attempts}`,
    "p2c2r-fuel": `${answer.fuel}`,
    "p2c2r-latency-ms": answer.latencyMs.toFixed(3),
    "p2c2r-source": answer.source ?? "",
    "p2c2r-kernel": kernel.id,
    "p2c2r-version": kernel.version,
  });
}
