// Whether a name means the global of that name: the lint API has no scope analysis, this is the little that is needed.

/** What the API calls nodes and lists of nodes, without their many names. */
interface Loose {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** TypeScript's nodes that hold a running expression; under the others a name is a type or a label of one. */
const RUNNING_TS = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSExportAssignment",
  "TSEnumMember",
]);

/** Parents under which `key` or `property` is only spelled like a name. */
const SPELLED: Readonly<Record<string, string>> = {
  MemberExpression: "property",
  Property: "key",
  MethodDefinition: "key",
  PropertyDefinition: "key",
  AccessorProperty: "key",
};

/** Whether the identifier is a use of the global with its name. */
export function isGlobal(node: Deno.lint.Identifier, source: Deno.lint.SourceCode): boolean {
  const ancestors = source.getAncestors(node) as unknown as Loose[];
  const parent = node.parent as unknown as Loose;
  if (isSpelled(parent, node)) return false;
  return !ancestors.some((ancestor) => declares(ancestor, node.name));
}

function isSpelled(parent: Loose, node: Deno.lint.Identifier): boolean {
  const slot = SPELLED[parent.type];
  if (slot !== undefined && parent["computed"] !== true && parent[slot] === node) return true;
  if (/^(Labeled|Break|Continue)Statement$|^MetaProperty$|^ImportAttribute$/.test(parent.type)) return true;
  return parent.type.startsWith("TS") && !RUNNING_TS.has(parent.type);
}

function declares(scope: Loose, name: string): boolean {
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
      return list(scope["body"]).some((statement) => declared(statement).includes(name));
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return [...list(scope["params"]), ...one(scope["id"])].some((node) =>
        patternNames(node).includes(name)
      );
    case "ForStatement":
      return one(scope["init"]).some((node) => declared(node).includes(name));
    case "ForOfStatement":
    case "ForInStatement":
      return one(scope["left"]).some((node) => declared(node).includes(name));
    case "CatchClause":
      return one(scope["param"]).some((node) => patternNames(node).includes(name));
    case "ClassExpression":
      return one(scope["id"]).some((node) => patternNames(node).includes(name));
    default:
      return false;
  }
}

/** The names a statement declares in the block it stands in. */
function declared(statement: Loose): string[] {
  switch (statement.type) {
    case "VariableDeclaration":
      return list(statement["declarations"]).flatMap((declarator) =>
        one(declarator["id"]).flatMap(patternNames)
      );
    case "FunctionDeclaration":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
      return one(statement["id"]).flatMap(patternNames);
    case "ImportDeclaration":
      return list(statement["specifiers"]).flatMap((specifier) =>
        one(specifier["local"]).flatMap(patternNames)
      );
    case "ExportNamedDeclaration":
    case "ExportDefaultDeclaration":
      return one(statement["declaration"]).flatMap(declared);
    default:
      return [];
  }
}

function patternNames(pattern: Loose): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [String(pattern["name"])];
    case "ObjectPattern":
      return list(pattern["properties"]).flatMap(patternNames);
    case "Property":
      return one(pattern["value"]).flatMap(patternNames);
    case "ArrayPattern":
      return list(pattern["elements"]).flatMap(patternNames);
    case "AssignmentPattern":
      return one(pattern["left"]).flatMap(patternNames);
    case "RestElement":
      return one(pattern["argument"]).flatMap(patternNames);
    case "TSParameterProperty":
      return one(pattern["parameter"]).flatMap(patternNames);
    default:
      return [];
  }
}

function list(nodes: unknown): Loose[] {
  return Array.isArray(nodes) ? nodes.filter((node) => node !== null) : [];
}

function one(node: unknown): Loose[] {
  return node === null || node === undefined ? [] : [node as Loose];
}
