// Whether the coordinator lives, and whether it is worth sending it work.
import { Hono } from "hono";
import { P2c2rError, subprotocol } from "../../protocol/mod.ts";
import type { AppEnv } from "./gatekeeper.ts";
import type { AppParts } from "./parts.ts";

/** GET /livez, /readyz, /version. */
export function healthRoutes(parts: AppParts): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get("/livez", (c) => c.json({ live: true }))
    .get("/readyz", async (c) => {
      const health = parts.health();
      if (health === "draining") throw new P2c2rError("coordinator.draining", "Not ready: stopping");
      if (health === "failing") {
        throw new P2c2rError("store.failed", "Not ready: the store does not take writes");
      }
      await parts.store.ping();
      return c.json({ ready: true });
    })
    .get(
      "/version",
      (c) =>
        c.json({ name: "p2c2r", version: parts.version, protocol: subprotocol, instance: parts.instance }),
    );
}
