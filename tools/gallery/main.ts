// deno task gallery: what the kernels compute, computed by workers and drawn.
import { audienceOn } from "../demo/audience.ts";
import { root } from "../demo/cast.ts";
import { exitCodes, perform, runProgram } from "../demo/performance.ts";
import { galleryHelp, parseOptions } from "./options.ts";
import { hang } from "./hang.ts";

/** The gallery is ended by force after this long. */
const wallMsMax = 300_000;

async function main(): Promise<number> {
  const typedIn = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const options = parseOptions(Deno.args, typedIn, `${root}out/gallery`);
  const write = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));
  if (options.help) {
    write(galleryHelp);
    return exitCodes.ok;
  }
  const audience = audienceOn(write, Deno.stdout.isTerminal());
  const ending = await perform(
    "p2c2r-gallery-",
    wallMsMax,
    (crew, folder) => hang(options, crew, folder, audience),
  );
  if (ending.type !== "played") {
    const isInterrupted = ending.type === "interrupted";
    audience.say(isInterrupted ? "Interrupted: all processes have ended." : "Ended: it took too long.");
    return exitCodes[ending.type];
  }
  audience.say(`Open ${options.outDir}/index.html.`);
  return exitCodes.ok;
}

if (import.meta.main) await runProgram("gallery", main);
