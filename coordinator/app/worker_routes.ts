// What workers ask over HTTP: a challenge, a token, the bytes of bundles and assets, who signs.
import { Hono } from "hono";
import { digestFromHex, P2c2rError } from "../../protocol/mod.ts";
import { readJson } from "./body.ts";
import { textField } from "./fields.ts";
import type { AppEnv } from "./gatekeeper.ts";
import type { AppParts } from "./parts.ts";

const TEXT_BYTES_MAX = 256;

/** /v1/workers/challenge, /v1/workers/session, /v1/blobs/<digest>, /v1/signers. */
export function workerRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, door, limits } = parts;
  return new Hono<AppEnv>()
    .post("/v1/workers/challenge", async (c) => {
      gatekeeper.count("challenges", gatekeeper.address(c));
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const publicKey = textField(body["publicKey"], "publicKey", TEXT_BYTES_MAX);
      return c.json(door.challenge(publicKey, parts.nowMs()));
    })
    .post("/v1/workers/session", async (c) => {
      gatekeeper.count("sessions", gatekeeper.address(c));
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const text = (name: string) => textField(body[name], name, TEXT_BYTES_MAX);
      const signed = {
        publicKey: text("publicKey"),
        challenge: text("challenge"),
        signature: text("signature"),
      };
      return c.json(await door.admit(signed, c.req.header("host") ?? "", parts.nowMs()));
    })
    .get("/v1/blobs/:digest", async (c) => {
      const worker = await gatekeeper.worker(c);
      gatekeeper.count("blobs", worker.id);
      const digest = c.req.param("digest");
      return bytesResponse(await blob(parts, digest));
    })
    .get("/v1/signers", (c) => {
      gatekeeper.count("open", gatekeeper.address(c));
      return c.json({ signers: parts.signers });
    });
}

async function blob(parts: AppParts, digest: string): Promise<Uint8Array<ArrayBuffer>> {
  const named = digestFromHex(digest) !== undefined;
  const bytes = named ? parts.files.get(digest) ?? await parts.blobs.get(digest) : undefined;
  if (bytes !== undefined) return bytes;
  throw new P2c2rError("request.not_found", "Cannot send blob: no bytes with that digest are here");
}

/** Bytes as they are. */
export function bytesResponse(
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Response {
  return new Response(bytes, { headers: { "content-type": "application/octet-stream", ...headers } });
}
