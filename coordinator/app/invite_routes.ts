// Invites: the operator makes, lists and revokes them.
import { Hono } from "hono";
import { P2c2rError } from "../../protocol/mod.ts";
import { readJson } from "./body.ts";
import { choiceField, integerField, textField } from "./fields.ts";
import type { AppEnv } from "./gatekeeper.ts";
import type { AppParts } from "./parts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** /v1/admin/invites, for the operator: the caller is checked by the routes these are part of. */
export function inviteRoutes(parts: AppParts): Hono<AppEnv> {
  const { joining, limits, store, workers } = parts;
  return new Hono<AppEnv>()
    .get("/v1/admin/invites", async (c) => {
      const invites = await store.invites.list();
      return c.json({ invites: invites.map(({ hash: _, ...shown }) => shown) });
    })
    .post("/v1/admin/invites", async (c) => {
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const optional = (name: string, max: number) =>
        body[name] === undefined || body[name] === null ? null : integerField(body[name], name, 1, max);
      const days = optional("days", limits.inviteDaysMax);
      const wish = {
        name: textField(body["name"], "name", limits.inviteNameBytesMax),
        tier: choiceField(body["tier"] ?? "peer", "tier", ["peer", "cloud"] as const),
        usesMax: optional("uses", limits.inviteUsesMax),
        expiresMs: days === null ? null : parts.wallMs() + days * DAY_MS,
      };
      return c.json(await joining.invite(wish), 201);
    })
    .delete("/v1/admin/invites/:id", async (c) => {
      const id = c.req.param("id");
      if (!await store.invites.revoke(id, parts.wallMs())) {
        throw new P2c2rError("request.not_found", `Cannot revoke invite ${id}: there is no valid one`);
      }
      return c.json({ revoked: id, sessionsEnded: workers.endInvite(id) });
    });
}
