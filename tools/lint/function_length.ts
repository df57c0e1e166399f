// house/function-length: a function that no longer fits a screen is two ideas.
import { isTest } from "../source_files.ts";
import { pathFromRoot } from "./_where.ts";

const LINES_MAX = 70;

export const functionLength: Deno.lint.Rule = {
  create(context) {
    if (isTest(pathFromRoot(context.filename))) return {};
    const check = (node: Deno.lint.Node) => {
      const lines = context.sourceCode.text.slice(...node.range).split("\n").length;
      if (lines <= LINES_MAX) return;
      context.report({
        node,
        message: `function of ${lines} lines, limit is ${LINES_MAX}`,
        hint: "Give its parts names.",
      });
    };
    return { FunctionDeclaration: check, FunctionExpression: check, ArrowFunctionExpression: check };
  },
};
