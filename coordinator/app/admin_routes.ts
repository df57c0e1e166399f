// What only the operator may do: projects, keys, credit, a look inside.
import { Hono } from "hono";
import { uuidv7 } from "uuidv7";
import { limits as wire, P2c2rError } from "../../protocol/mod.ts";
import { readJson } from "./body.ts";
import { integerField, textField } from "./fields.ts";
import type { AppEnv } from "./gatekeeper.ts";
import { inviteRoutes } from "./invite_routes.ts";
import type { AppParts } from "./parts.ts";

/** What a project weighs when nothing else is said. */
const WEIGHT_USUAL = 100;

/** GET /v1/status and everything under /v1/admin. */
export function adminRoutes(parts: AppParts): Hono<AppEnv> {
  const { gatekeeper, limits, store, keys, bookkeeper, backends } = parts;
  return new Hono<AppEnv>()
    .use("/v1/status", async (c, next) => {
      await gatekeeper.operator(c);
      await next();
    })
    .use("/v1/admin/*", async (c, next) => {
      await gatekeeper.operator(c);
      await next();
    })
    .get("/v1/status", async (c) => c.json(await parts.status()))
    .get("/v1/admin/projects", async (c) => {
      const projects = await store.projects.list();
      return c.json({ projects: await Promise.all(projects.map((each) => described(parts, each))) });
    })
    .post("/v1/admin/projects", async (c) => {
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const name = textField(body["name"], "name", limits.projectNameBytesMax);
      const weight = weightField(body["weight"] ?? WEIGHT_USUAL, limits.projectWeightMax);
      const project = { id: uuidv7(), name, createdMs: parts.wallMs(), weight };
      await store.projects.create(project);
      parts.projects.weigh(project.id, weight);
      return c.json({ project: project.id, key: await keys.make(project.id, parts.wallMs()) }, 201);
    })
    .post("/v1/admin/projects/:id/keys", async (c) => {
      const project = await knownProject(parts, c.req.param("id"));
      return c.json({ key: await keys.make(project, parts.wallMs()) }, 201);
    })
    .delete("/v1/admin/keys/:prefix", async (c) => {
      const prefix = c.req.param("prefix");
      if (!await keys.revoke(prefix, parts.wallMs())) {
        throw new P2c2rError(
          "request.not_found",
          `Cannot revoke key ${prefix}: no valid key starts with that`,
        );
      }
      backends.endKey(prefix);
      return c.json({ revoked: prefix });
    })
    .put("/v1/admin/projects/:id/weight", async (c) => {
      const project = await knownProject(parts, c.req.param("id"));
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const weight = weightField(body["weight"], limits.projectWeightMax);
      await store.projects.setWeight(project, weight);
      parts.projects.weigh(project, weight);
      return c.json({ project, weight });
    })
    .route("/", inviteRoutes(parts))
    .post("/v1/admin/projects/:id/credit", async (c) => {
      const project = await knownProject(parts, c.req.param("id"));
      const body = await readJson(c.req.raw, limits.smallJsonBytesMax);
      const microCredits = integerField(body["microCredits"], "microCredits", 1, limits.depositMax);
      const key = textField(body["idempotencyKey"], "idempotencyKey", wire.idempotencyKeyBytesMax);
      return c.json({ project, ...await bookkeeper.deposit(project, microCredits, key) });
    });
}

interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly weight: number;
}

function weightField(value: unknown, max: number): number {
  return integerField(value, "weight", 1, max);
}

async function described(parts: AppParts, { id, name, createdMs, weight }: ProjectRow) {
  const stored = await parts.store.projects.keys(id);
  const keys = stored.map(({ prefix, createdMs, revokedMs }) => ({ prefix, createdMs, revokedMs }));
  return { id, name, createdMs, weight, balance: parts.bookkeeper.balance(id), keys };
}

async function knownProject(parts: AppParts, id: string): Promise<string> {
  const projects = await parts.store.projects.list();
  if (projects.some((project) => project.id === id)) return id;
  throw new P2c2rError("request.not_found", `Cannot find project ${id}: there is none`);
}
