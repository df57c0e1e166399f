// house/computed-import: an import whose name is made at run time is invisible to the arrows tool.
import { areaOf } from "../arrow_table.ts";
import { pathFromRoot } from "./_where.ts";

export const computedImport: Deno.lint.Rule = {
  create(context) {
    const area = areaOf(pathFromRoot(context.filename));
    if (area !== undefined && (area.may === undefined || area.computes)) return {};
    return {
      ImportExpression(node) {
        if (node.source.type === "Literal" && typeof node.source.value === "string") return;
        context.report({
          node,
          message: "import of a computed name",
          hint: "Import by a string literal, so that the import graph is known.",
        });
      },
    };
  },
};
