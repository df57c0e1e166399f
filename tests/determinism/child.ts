// The campaign as a program: subjects as JSON in the file that is named, its lines on standard output.
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { campaign } from "./campaign.ts";

console.log(campaign(JSON.parse(readFileSync(argv[2]!, "utf8"))));
