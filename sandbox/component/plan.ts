// From a component to what runs: its core modules in the order in which they are instantiated, and the link between
// them; or a refusal that names what is wrong.
import { P2c2rError } from "../../protocol/errors.ts";
import { type Component, type CoreItem, type Func, shown } from "./component.ts";
import { CORES_MAX, type FromCore, type Import, type Item, type Link, type Step } from "./link.ts";
import { functionIn, isInterface } from "../wasi/mod.ts";

/** What a component is made of. A component with one core that stands alone needs no link. */
export interface Plan {
  readonly cores: readonly Uint8Array[];
  readonly link: Link | undefined;
}

/** The world in `tasks-as/kernel.wit`. */
const WORLD: Readonly<Record<"run" | "check", string>> = {
  run: "func(list<u8>, list<list<u8>>) -> result<list<u8>, string>",
  check: "func(list<u8>, list<list<u8>>, list<u8>, u64) -> result<_, string>",
};

/** The names that a core which stands alone has in its exports. */
const DIRECT = { run: "run", check: "check", realloc: "cabi_realloc", memory: "memory" } as const;
const DIRECT_POSTS = ["cabi_post_run", "cabi_post_check"] as const;

/** Plans a component of the world `kernel`. @throws {P2c2rError} bundle.imports, bundle.malformed */
export function planOf(component: Component): Plan {
  for (const name of component.imports) {
    if (!isInterface(name)) throw foreign(name, "an interface that the sandbox does not answer");
  }
  const [run, check] = [exportOf(component, "run"), exportOf(component, "check")];
  for (const name of component.exports.keys()) {
    if (!Object.hasOwn(WORLD, name)) throw wrongWorld(`it exports ${shown(name)} as well`);
  }
  const planner = new Planner(component);
  const { memory, realloc } = run.options;
  if (!sameItem(memory, check.options.memory) || !sameItem(realloc, check.options.realloc)) {
    throw wrongWorld("its two functions use different memories or allocators");
  }
  const link: Link = {
    steps: planner.steps,
    memory: planner.fromCore(memory, "its memory"),
    realloc: planner.fromCore(realloc, "its allocator"),
    run: planner.fromCore(run.core, "run"),
    check: planner.fromCore(check.core, "check"),
  };
  const posts = [run, check].map(({ options: { postReturn } }) => postReturn);
  return { cores: planner.cores, link: standsAlone(component, link, posts) ? undefined : link };
}

/** Whether the names and the number of cores are such that the core can be called without a link. */
function standsAlone(
  component: Component,
  link: Link,
  posts: readonly (CoreItem | undefined)[],
): boolean {
  const names = Object.entries(DIRECT) as [keyof typeof DIRECT, string][];
  return component.modules.length === 1 && link.steps.length === 1 &&
    component.instances.every((one) => one.type === "bag" || one.args.length === 0) &&
    names.every(([key, name]) => link[key].export === name) &&
    DIRECT_POSTS.every((name, i) => {
      const post = posts[i];
      return post?.type === "export" && post.name === name;
    });
}

/** Walks the core instances and gives each core the number of the step that makes it. */
class Planner {
  readonly cores: Uint8Array[] = [];
  readonly steps: Step[] = [];
  readonly #component: Component;
  /** Core number by instance. */
  readonly #numbers = new Map<number, number>();
  readonly #used = new Set<number>();

  constructor(component: Component) {
    this.#component = component;
    component.instances.forEach((instance, index) => {
      if (instance.type === "module") this.#make(index, instance.module, instance.args);
    });
    if (this.#used.size !== component.modules.length) {
      throw malformedComponent("it holds a core module that it does not use");
    }
  }

  /** Where a thing of a core comes from; `what` says what it is for. */
  fromCore(item: CoreItem | undefined, what: string): FromCore {
    if (item?.type !== "export") throw wrongWorld(`${what} is not a core module's own`);
    return { from: this.#numberOf(item.instance), export: item.name };
  }

  #make(index: number, module: number, args: readonly (readonly [string, number])[]): void {
    if (this.#used.has(module)) throw malformedComponent("it instantiates a core module twice");
    this.#used.add(module);
    const core = this.#component.modules[module] as Uint8Array;
    const imports = args.map(([name, instance]) => this.#importOf(name, instance));
    if (isStarter(core)) {
      const [first] = imports;
      const items = first !== undefined && "items" in first ? first.items : [];
      const item = items[0]?.[1];
      if (items.length !== 1 || item === undefined || !("from" in item)) {
        throw malformedComponent("its start function is not a core module's own");
      }
      this.steps.push({ call: item });
      return;
    }
    this.#numbers.set(index, this.cores.length);
    this.cores.push(core);
    this.steps.push({ imports });
    if (this.cores.length > CORES_MAX) throw malformedComponent(`it has more than ${CORES_MAX} core modules`);
  }

  #importOf(module: string, instance: number): Import {
    const of = this.#component.instances[instance];
    if (of?.type !== "bag") return { module, from: this.#numberOf(instance) };
    return { module, items: of.items.map(([name, item]) => [name, this.#itemOf(item)] as const) };
  }

  #itemOf(item: CoreItem): Item {
    if (item.type === "drop") return { drop: item.resource };
    if (item.type === "export") return this.fromCore(item, "an import");
    const { interface: wasi, function: name, options } = item;
    if (functionIn(wasi, name) === undefined) {
      throw foreign(`${wasi}#${name}`, "a function that the sandbox does not answer");
    }
    const option = (one: CoreItem | undefined) =>
      one === undefined ? undefined : this.fromCore(one, "an option");
    return { wasi, function: name, memory: option(options.memory), realloc: option(options.realloc) };
  }

  #numberOf(instance: number): number {
    const number = this.#numbers.get(instance);
    if (number === undefined) {
      throw malformedComponent("it takes something from a core module that gives nothing");
    }
    return number;
  }
}

/** The module whose whole purpose is to call one imported function when it starts: type, import and start, no code. */
function isStarter(core: Uint8Array): boolean {
  return core.length === STARTER.length && STARTER.every((byte, i) => byte === core[i]);
}

/** `(module (import "" "" (func)) (start 0))`, as wit-component writes it. */
const STARTER = Uint8Array.fromHex("0061736d01000000010401600000020501000000000801" + "00");

function exportOf(component: Component, name: keyof typeof WORLD): Extract<Func, { type: "lifted" }> {
  const func = component.exports.get(name);
  if (func === undefined) throw wrongWorld(`it does not export ${name}`);
  if (func.type !== "lifted") throw wrongWorld(`its ${name} is not a function of its own`);
  if (func.signature !== WORLD[name]) {
    throw wrongWorld(`its ${name} is ${shown(func.signature)}, not ${WORLD[name]}`);
  }
  return func;
}

function sameItem(a: CoreItem | undefined, b: CoreItem | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function foreign(name: string, what: string): P2c2rError {
  return new P2c2rError("bundle.imports", `Cannot take component: it imports ${shown(name)}, ${what}`, {
    hint: "Use nothing of the outside world but what docs/kernels.md names.",
  });
}

function wrongWorld(state: string): P2c2rError {
  return new P2c2rError(
    "bundle.malformed",
    `Cannot take component: it is not of the kernel world: ${state}`,
    {
      hint: "Export run and check as tasks-as/kernel.wit declares them.",
    },
  );
}

function malformedComponent(state: string): P2c2rError {
  return new P2c2rError("bundle.malformed", `Cannot take component: ${state}`);
}
