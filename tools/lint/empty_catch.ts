// house/empty-catch: a swallowed error needs a comment inside that says why nobody has to know.

const HINT = "Handle it, or say inside the braces why nobody has to know.";

export const emptyCatch: Deno.lint.Rule = {
  create(context) {
    const isSilent = (block: Deno.lint.BlockStatement) =>
      block.body.length === 0 && context.sourceCode.getCommentsInside(block).length === 0;
    return {
      CatchClause(node) {
        if (isSilent(node.body)) context.report({ node, message: "empty catch", hint: HINT });
      },
      CallExpression(node) {
        const { callee } = node;
        if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
        if (callee.property.name !== "catch") return;
        const [handler] = node.arguments;
        if (handler?.type !== "ArrowFunctionExpression" && handler?.type !== "FunctionExpression") return;
        if (handler.body?.type !== "BlockStatement" || !isSilent(handler.body)) return;
        context.report({ node: handler, message: "empty catch", hint: HINT });
      },
    };
  },
};
