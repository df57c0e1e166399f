// What workers ask over HTTP: a challenge, a token, the bytes of bundles and assets, who signs.
import { Hono } from "hono";
import { digestFromHex, P2c2rError } from "../../protocol/mod.ts";
import { readJson } from "./body.ts";
import { choiceField, textField } from "./fields.ts";
import type { AppEnv } from "./gatekeeper.ts";
import type { AppParts } from "./parts.ts";

const TEXT_BYTES_MAX = 256;
/** What a worker may join as. */
const tiers = ["peer", "cloud"] as const;

/** /v1/workers/challenge, /v1/workers/session, /v1/blobs/<digest>, /v1/signers. */
export function workerRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, joining, limits } = parts;
  return new Hono<AppEnv>()
    .post("/v1/workers/challenge", async (c) => {
      gatekeeper.count("challenges", gatekeeper.address(c));
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const publicKey = textField(body["publicKey"], "publicKey", TEXT_BYTES_MAX);
      return c.json(await joining.challenge(publicKey, optionalText(body, "invite"), parts.nowMs()));
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
      const credentials = {
        invite: optionalText(body, "invite"),
        nonce: optionalText(body, "nonce"),
        tier: body["tier"] === undefined ? "peer" as const : choiceField(body["tier"], "tier", tiers),
      };
      return c.json(await joining.admit(signed, credentials, c.req.header("host") ?? "", parts.nowMs()));
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

function optionalText(body: Record<string, unknown>, name: string): string | null {
  const value = body[name];
  return value === undefined || value === null ? null : textField(value, name, TEXT_BYTES_MAX);
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
