// Projects of a running coordinator: make them, give them keys and credit, take keys away.
import { parseArgs } from "node:util";
import {
  askOperator,
  operatorDefaults,
  OperatorError,
  readFlags,
  runTool,
  USAGE_EXIT_CODE,
} from "./operator.ts";

const HELP = `Projects of a running coordinator, with the operator's token.

  deno task project COMMAND [--coordinator URL] [--data DIR] [--json]

  list                            projects, their balances, and their keys by prefix
  new NAME                        a project and its first API key, which is shown once
  key PROJECT                     another API key
  weight PROJECT N                its right to compute when there is not enough for all: 100 is usual
  revoke PREFIX                   makes the key that starts with "p2c2r_PREFIX" worthless
  credit PROJECT MICROCREDITS     adds credit; --once KEY makes repeating it harmless
`;

interface Listed {
  readonly projects: readonly {
    readonly id: string;
    readonly name: string;
    readonly balance: number;
    readonly weight: number;
    readonly keys: readonly { readonly prefix: string; readonly revokedMs: number | null }[];
  }[];
}

async function main(): Promise<void> {
  const { values, positionals: [command, ...given] } = readFlags(() =>
    parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        coordinator: { type: "string", default: operatorDefaults.coordinator },
        data: { type: "string", default: operatorDefaults.data },
        once: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    })
  );
  if (values.help) return console.log(HELP);
  const request = requestFor(command, given, values.once ?? crypto.randomUUID());
  const answer = await askOperator(values, request.method, request.path, request.body);
  if (values.json) console.log(JSON.stringify(answer));
  else {console.log(
      command === "list" ? listText(answer as Listed) : plainText(answer as Record<string, unknown>),
    );}
}

interface AdminRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

function requestFor(command: string | undefined, given: readonly string[], once: string): AdminRequest {
  const word = (index: number, name: string): string => {
    const text = given[index];
    if (text !== undefined) return text;
    throw new OperatorError(`${command} needs ${name}.\n\n${HELP}`, USAGE_EXIT_CODE);
  };
  switch (command) {
    case "list":
      return { method: "GET", path: "/v1/admin/projects" };
    case "new":
      return { method: "POST", path: "/v1/admin/projects", body: { name: word(0, "a name") } };
    case "key":
      return { method: "POST", path: `/v1/admin/projects/${encodeURIComponent(word(0, "a project"))}/keys` };
    case "revoke":
      return { method: "DELETE", path: `/v1/admin/keys/${encodeURIComponent(word(0, "a prefix"))}` };
    case "weight": {
      const path = `/v1/admin/projects/${encodeURIComponent(word(0, "a project"))}/weight`;
      return { method: "PUT", path, body: { weight: Number(word(1, "a weight")) } };
    }
    case "credit": {
      const microCredits = Number(word(1, "an amount in micro-credits"));
      const path = `/v1/admin/projects/${encodeURIComponent(word(0, "a project"))}/credit`;
      return { method: "POST", path, body: { microCredits, idempotencyKey: once } };
    }
    default:
      throw new OperatorError(HELP, USAGE_EXIT_CODE);
  }
}

function listText({ projects }: Listed): string {
  const lines = projects.map(({ id, name, balance, weight, keys }) => {
    const good = keys.filter((key) => key.revokedMs === null).map((key) => `p2c2r_${key.prefix}…`);
    const shown = good.length === 0 ? "none" : good.join(", ");
    return `${id}  ${name}  ${balance} micro-credits  weight ${weight}  keys: ${shown}`;
  });
  return lines.length === 0 ? "No projects." : lines.join("\n");
}

function plainText(answer: Record<string, unknown>): string {
  return Object.entries(answer).map(([name, value]) => `${name}: ${value}`).join("\n");
}

if (import.meta.main) Deno.exit(await runTool(main));
