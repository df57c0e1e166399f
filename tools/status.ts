// deno task status: what a running coordinator is doing, for people and programs.
import { parseArgs } from "node:util";
import type { StatusReport } from "../coordinator/app/status_report.ts";
import { askOperator, operatorDefaults, readFlags, runTool } from "./operator.ts";
import { statusLines } from "./status_text.ts";

const HELP = `What a running coordinator is doing.

  deno task status [--coordinator URL] [--data DIR] [--json]

  --coordinator URL   default ${operatorDefaults.coordinator}
  --data DIR          the coordinator's data folder, for the operator's token; default ${operatorDefaults.data}
                      (P2C2R_OPERATOR_TOKEN is used instead where it is set)
  --json              the whole report as one line of JSON
`;

async function main(): Promise<void> {
  const { values } = readFlags(() =>
    parseArgs({
      args: Deno.args,
      options: {
        coordinator: { type: "string", default: operatorDefaults.coordinator },
        data: { type: "string", default: operatorDefaults.data },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    })
  );
  if (values.help) return console.log(HELP);
  const report = await askOperator(values, "GET", "/v1/status") as StatusReport;
  console.log(values.json ? JSON.stringify(report) : statusLines(report).join("\n"));
}

if (import.meta.main) Deno.exit(await runTool(main));
