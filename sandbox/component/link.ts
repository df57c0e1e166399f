// How a component's core modules are put together, as data: what a worker needs of a component beside the cores.
import {
  expectExactly,
  expectInteger,
  expectObject,
  expectText,
  jsonBytes,
  malformed,
  readJson,
} from "../bundle/strict_json.ts";

/** What core number `from` exports under a name. */
export interface FromCore {
  readonly from: number;
  readonly export: string;
}

/** A function of the WASI host, lowered: `memory` and `realloc` are those of the core that calls it, where it needs them. */
export interface FromHost {
  /** `wasi:cli/exit@0.2.3` */
  readonly wasi: string;
  readonly function: string;
  readonly memory: FromCore | undefined;
  readonly realloc: FromCore | undefined;
}

/** The function that gives a handle back. */
export interface DropOf {
  /** `output-stream` */
  readonly drop: string;
}

/** Where one import of a core comes from. */
export type Item = FromCore | FromHost | DropOf;

/** What one module name in a core's imports stands for: all that another core exports, or single things by name. */
export type Import =
  | { readonly module: string; readonly from: number }
  | { readonly module: string; readonly items: readonly (readonly [name: string, item: Item])[] };

/** In order: the next core is instantiated, or a function without parameters and results is called. */
export type Step =
  | { readonly imports: readonly Import[] }
  | { readonly call: FromCore };

/** The plan. Cores are numbered in the order in which the steps instantiate them. */
export interface Link {
  readonly steps: readonly Step[];
  readonly memory: FromCore;
  readonly realloc: FromCore;
  readonly run: FromCore;
  readonly check: FromCore;
}

/** Largest `link.json`, in bytes. */
export const LINK_BYTES_MAX = 65_536;
/** Most core modules of a kernel: wit-component makes four or five. */
export const CORES_MAX = 8;

/** Any name in a link: long enough for the mangled names of compilers, without what a terminal would obey. */
const NAME = /^[ -~]{0,256}$/;

/** The one spelling of a link. */
export function linkBytes(link: Link): Uint8Array<ArrayBuffer> {
  return jsonBytes({ format: 1, ...link, steps: link.steps.map(writeStep) });
}

/** Reads `link.json`; only the spelling of {@link linkBytes} is accepted. @throws {P2c2rError} bundle.malformed */
export function parseLink(bytes: Uint8Array): Link {
  if (bytes.length > LINK_BYTES_MAX) {
    throw malformed("link.json", `is ${bytes.length} bytes, limit is ${LINK_BYTES_MAX}`);
  }
  const keys = ["format", "steps", "memory", "realloc", "run", "check"];
  const top = expectObject(readJson(bytes, "link.json"), keys, "link");
  expectExactly(top, "format", 1);
  const link: Link = {
    steps: listOf(top.fields["steps"], "link.steps").map(readStep),
    memory: readFrom(top.fields["memory"], "link.memory"),
    realloc: readFrom(top.fields["realloc"], "link.realloc"),
    run: readFrom(top.fields["run"], "link.run"),
    check: readFrom(top.fields["check"], "link.check"),
  };
  refuseForwardUse(link);
  if (!sameBytes(linkBytes(link), bytes)) throw malformed("link.json", "is not in the canonical spelling");
  return link;
}

/** The number of cores that the steps instantiate. */
export function coreCount(link: Link): number {
  return link.steps.filter((step) => "imports" in step).length;
}

/** The interfaces of WASI that a link takes functions from, sorted. */
export function wasiImports(link: Link): string[] {
  const names = new Set<string>();
  for (const item of allItems(link)) if ("wasi" in item) names.add(item.wasi);
  return [...names].sort();
}

function* allItems(link: Link): Generator<Item> {
  for (const step of link.steps) {
    if (!("imports" in step)) continue;
    for (const one of step.imports) if ("items" in one) { for (const [, item] of one.items) yield item; }
  }
}

function writeStep(step: Step): unknown {
  if (!("imports" in step)) return step;
  return {
    imports: step.imports.map((one) =>
      "from" in one
        ? one
        : { module: one.module, items: one.items.map(([name, item]) => ({ name, ...item })) }
    ),
  };
}

function readStep(value: unknown): Step {
  if (hasKey(value, "call")) {
    const of = expectObject(value, ["call"], "link.steps");
    return { call: readFrom(of.fields["call"], "link.steps.call") };
  }
  const of = expectObject(value, ["imports"], "link.steps");
  return { imports: listOf(of.fields["imports"], "link.steps.imports").map(readImport) };
}

function readImport(value: unknown): Import {
  const where = "link.steps.imports";
  if (hasKey(value, "from")) {
    const of = expectObject(value, ["module", "from"], where);
    return { module: expectText(of, "module", NAME), from: expectInteger(of, "from", 0, CORES_MAX) };
  }
  const of = expectObject(value, ["module", "items"], where);
  return {
    module: expectText(of, "module", NAME),
    items: listOf(of.fields["items"], `${where}.items`).map(readItem),
  };
}

function readItem(value: unknown): readonly [string, Item] {
  const where = "link.steps.imports.items";
  if (hasKey(value, "drop")) {
    const of = expectObject(value, ["name", "drop"], where);
    return [expectText(of, "name", NAME), { drop: expectText(of, "drop", NAME) }];
  }
  if (hasKey(value, "from")) {
    const of = expectObject(value, ["name", "from", "export"], where);
    return [expectText(of, "name", NAME), fromOf(of)];
  }
  const options = ["memory", "realloc"].filter((key) => hasKey(value, key));
  const of = expectObject(value, ["name", "wasi", "function", ...options], where);
  const option = (key: string) =>
    options.includes(key) ? readFrom(of.fields[key], `${where}.${key}`) : undefined;
  return [expectText(of, "name", NAME), {
    wasi: expectText(of, "wasi", NAME),
    function: expectText(of, "function", NAME),
    memory: option("memory"),
    realloc: option("realloc"),
  }];
}

function readFrom(value: unknown, where: string): FromCore {
  return fromOf(expectObject(value, ["from", "export"], where));
}

function fromOf(of: ReturnType<typeof expectObject>): FromCore {
  return { from: expectInteger(of, "from", 0, CORES_MAX), export: expectText(of, "export", NAME) };
}

/** A step can only use what the steps before it have made. */
function refuseForwardUse(link: Link): void {
  let made = 0;
  const refuseUnmade = (from: number) => {
    if (from >= made) throw malformed("link", `uses core ${from} before it is made`);
  };
  for (const step of link.steps) {
    if ("call" in step) {
      refuseUnmade(step.call.from);
      continue;
    }
    for (const one of step.imports) {
      if ("from" in one) refuseUnmade(one.from);
      else for (const [, item] of one.items) for (const from of coresOf(item)) refuseUnmade(from);
    }
    made += 1;
  }
  if (made === 0 || made > CORES_MAX) throw malformed("link", `makes ${made} cores, not 1 to ${CORES_MAX}`);
  for (const { from } of [link.memory, link.realloc, link.run, link.check]) refuseUnmade(from);
}

function coresOf(item: Item): number[] {
  if ("from" in item) return [item.from];
  if ("drop" in item) return [];
  return [item.memory, item.realloc].flatMap((one) => one === undefined ? [] : [one.from]);
}

function hasKey(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed(where, "is not a list");
  return value;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
