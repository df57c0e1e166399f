// Gives a browser this repository's own modules: TypeScript with its types blanked out, so that what runs there is
// what stands here, line by line, without a bundler.
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { BROWSER_POLICY } from "../../sandbox/isolate/browser.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGE = '<!doctype html><title>P2C2R</title><link rel="icon" href="data:,">';

/** A server of files, on a port of the system's choice. */
export interface FileServer {
  /** With a slash at the end. */
  readonly address: string;
  /** Paths asked for that are no files of this repository: a page has no business to ask for any. */
  readonly strange: readonly string[];
  close(): Promise<void>;
}

/** Serves this repository to this machine. */
export function serveFiles(): FileServer {
  const strange: string[] = [];
  const sources = new Map<string, string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname;
    if (path === "/") return answer(PAGE, "text/html");
    const found = await read(path, sources);
    if (found !== undefined) return found;
    strange.push(path);
    return new Response(null, { status: 404 });
  });
  return {
    address: `http://127.0.0.1:${server.addr.port}/`,
    strange,
    close: () => server.shutdown(),
  };
}

/** `sources`: what was blanked out before, by path. */
async function read(path: string, sources: Map<string, string>): Promise<Response | undefined> {
  try {
    if (path.endsWith(".ts")) {
      const source = sources.get(path) ?? stripTypeScriptTypes(await Deno.readTextFile(ROOT + path));
      sources.set(path, source);
      return answer(source, "text/javascript");
    }
    if (path.endsWith(".wasm")) return answer(await Deno.readFile(ROOT + path), "application/wasm");
    if (path.endsWith(".json")) return answer(await Deno.readFile(ROOT + path), "application/json");
    return undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function answer(body: string | Uint8Array<ArrayBuffer>, type: string): Response {
  return new Response(body, {
    headers: {
      "content-type": type,
      // The address dies with the test, and a worker that is started again should not load everything again.
      "cache-control": "max-age=3600",
      ...(type === "text/javascript" ? { "content-security-policy": BROWSER_POLICY } : {}),
    },
  });
}
