// Invites of a running coordinator: tokens that let workers in, and make the operator's own machines a tier of theirs.
import { parseArgs } from "node:util";
import {
  askOperator,
  operatorDefaults,
  OperatorError,
  readFlags,
  runTool,
  USAGE_EXIT_CODE,
} from "./operator.ts";

const HELP = `Invites of a running coordinator, with the operator's token.

  deno task invite COMMAND [--coordinator URL] [--data DIR] [--json]

  list                            invites, how many came by each, and which are revoked
  new NAME                        a token, shown once; workers join by it with --invite TOKEN
      --uses N                    so many workers may come by it (default: any number)
      --days N                    it is good for so long (default: for ever)
      --tier peer|cloud           cloud: for the operator's own machines, whose results are believed
  revoke INVITE                   lets nobody in by it any more, and sends away who came by it
`;

interface Listed {
  readonly invites: readonly {
    readonly id: string;
    readonly name: string;
    readonly tier: string;
    readonly uses: number;
    readonly usesMax: number | null;
    readonly expiresMs: number | null;
    readonly revokedMs: number | null;
  }[];
}

interface Options {
  readonly uses?: string | undefined;
  readonly days?: string | undefined;
  readonly tier?: string | undefined;
}

async function main(): Promise<void> {
  const { values, positionals: [command, given] } = readFlags(() =>
    parseArgs({
      args: Deno.args,
      allowPositionals: true,
      options: {
        coordinator: { type: "string", default: operatorDefaults.coordinator },
        data: { type: "string", default: operatorDefaults.data },
        uses: { type: "string" },
        days: { type: "string" },
        tier: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    })
  );
  if (values.help) return console.log(HELP);
  const { method, path, body } = requestFor(command, given, values);
  const answer = await askOperator(values, method, path, body);
  if (values.json) console.log(JSON.stringify(answer));
  else {console.log(
      command === "list" ? listText(answer as Listed) : plainText(answer as Record<string, unknown>),
    );}
}

function requestFor(command: string | undefined, given: string | undefined, { uses, days, tier }: Options) {
  const word = (name: string): string => {
    if (given !== undefined) return given;
    throw new OperatorError(`${command} needs ${name}.\n\n${HELP}`, USAGE_EXIT_CODE);
  };
  const count = (text: string | undefined) => text === undefined ? null : Number(text);
  const path = "/v1/admin/invites";
  switch (command) {
    case "list":
      return { method: "GET", path, body: undefined };
    case "new": {
      const wish = { name: word("a name"), uses: count(uses), days: count(days), tier: tier ?? "peer" };
      return { method: "POST", path, body: wish };
    }
    case "revoke":
      return { method: "DELETE", path: `${path}/${encodeURIComponent(word("an invite"))}`, body: undefined };
    default:
      throw new OperatorError(HELP, USAGE_EXIT_CODE);
  }
}

function listText({ invites }: Listed): string {
  const lines = invites.map(({ id, name, tier, uses, usesMax, expiresMs, revokedMs }) => {
    const until = expiresMs === null ? "" : `, until ${new Date(expiresMs).toISOString().slice(0, 10)}`;
    const state = revokedMs === null ? "good" : "revoked";
    return `${id}  ${name}  ${tier}  ${uses} of ${usesMax ?? "any number"}${until}  ${state}`;
  });
  return lines.length === 0 ? "No invites." : lines.join("\n");
}

function plainText(answer: Record<string, unknown>): string {
  return Object.entries(answer).map(([name, value]) => `${name}: ${value}`).join("\n");
}

if (import.meta.main) Deno.exit(await runTool(main));
