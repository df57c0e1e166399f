// house/pure: no clock, dice, timer or outside world in the folders of tools/pure_folders.ts.
import { isPure } from "../pure_folders.ts";
import { isGlobal } from "./_scope.ts";
import { pathFromRoot } from "./_where.ts";

const AS_ARGUMENT = "Let it come in as an argument; the shell around the core does the I/O.";

/** Globals no pure file may use at all. */
const OUTSIDE = new Set([
  "Deno",
  "process",
  "globalThis",
  "self",
  "window",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "requestAnimationFrame",
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "EventSource",
  "BroadcastChannel",
  "Worker",
  "localStorage",
  "sessionStorage",
  "caches",
  "navigator",
  "eval",
  "Function",
]);

/** Globals that are pure but for some members. */
const IMPURE_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  Date: ["now"],
  Math: ["random"],
  crypto: ["getRandomValues", "randomUUID"],
  Temporal: ["Now"],
};

export const pure: Deno.lint.Rule = {
  create(context) {
    const path = pathFromRoot(context.filename);
    if (!isPure(path)) return {};
    return {
      Identifier(node) {
        if (!OUTSIDE.has(node.name) && !(node.name in IMPURE_MEMBERS)) return;
        if (!isGlobal(node, context.sourceCode)) return;
        const used = OUTSIDE.has(node.name) ? node.name : impureUse(node);
        if (used === undefined) return;
        context.report({ node, message: `${used} in a pure file: ${path}`, hint: AS_ARGUMENT });
      },
    };
  },
};

/** How a partly pure global is misused, or undefined when it is not. */
function impureUse(node: Deno.lint.Identifier): string | undefined {
  const { name, parent } = node;
  switch (parent.type) {
    case "MemberExpression": {
      const { property, computed } = parent;
      const member = !computed && property.type === "Identifier"
        ? property.name
        : property.type === "Literal"
        ? String(property.value)
        : undefined;
      if (member === undefined) return `${name}[…]`;
      return IMPURE_MEMBERS[name]?.includes(member) ? `${name}.${member}` : undefined;
    }
    case "NewExpression":
      return parent.arguments.length === 0 ? `new ${name}()` : undefined;
    case "BinaryExpression":
      return parent.operator === "instanceof" ? undefined : name;
    default:
      return name; // An alias would carry the impure members out of sight.
  }
}
