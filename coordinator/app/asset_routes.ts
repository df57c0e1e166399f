// Assets of projects: immutable bytes named by their SHA-256.
import { Hono } from "hono";
import { digestFromHex, limits as wire, P2c2rError } from "../../protocol/mod.ts";
import { readBody } from "./body.ts";
import type { AppEnv } from "./gatekeeper.ts";
import type { AppParts } from "./parts.ts";
import { bytesResponse } from "./worker_routes.ts";

/** HEAD, GET and PUT /v1/assets/<digest>. */
export function assetRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, assets } = parts;
  return new Hono<AppEnv>()
    // Hono answers HEAD through the GET route.
    .get("/v1/assets/:digest", async (c) => {
      const { project } = await gatekeeper.backend(c);
      const digest = digestOf(c.req.param("digest"));
      if (c.req.method === "HEAD") {
        if (await assets.present(project, digest)) return c.body(null);
        throw unknownAsset(digest);
      }
      const bytes = await assets.get(project, digest);
      if (bytes === undefined) throw unknownAsset(digest);
      return bytesResponse(bytes);
    })
    .put("/v1/assets/:digest", async (c) => {
      const { project } = await gatekeeper.backend(c);
      gatekeeper.count("uploads", project);
      const digest = digestOf(c.req.param("digest"));
      const bytes = await readBody(c.req.raw, wire.blobBytesMax);
      const outcome = await assets.put(project, digest, bytes);
      return c.json({ digest, bytes: bytes.length }, outcome === "created" ? 201 : 200);
    });
}

function digestOf(text: string): string {
  if (digestFromHex(text) !== undefined) return text;
  throw new P2c2rError("request.invalid", "Cannot find asset: its name is not a SHA-256 in lower-case hex");
}

function unknownAsset(digest: string): P2c2rError {
  return new P2c2rError(
    "request.not_found",
    `Cannot send asset ${digest}: the project has none of that name`,
  );
}
