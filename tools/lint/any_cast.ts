// house/any-cast: a cast through `any` turns the type checker off for everything that follows.

export const anyCast: Deno.lint.Rule = {
  create(context) {
    return {
      TSAnyKeyword(node) {
        const cast = context.sourceCode.getAncestors(node).findLast((ancestor) =>
          ancestor.type === "TSAsExpression" || ancestor.type === "TSTypeAssertion"
        );
        if (cast?.type !== "TSAsExpression" && cast?.type !== "TSTypeAssertion") return;
        const [start, end] = cast.typeAnnotation.range;
        if (node.range[0] < start || node.range[1] > end) return;
        context.report({
          node: cast,
          message: "cast to any",
          hint: "Say the shape: a guard, a parser, or a cast to an interface with the fields that are read.",
        });
      },
    };
  },
};
