// house/module-let: state that a module keeps between calls is hidden global state.

export const moduleLet: Deno.lint.Rule = {
  create(context) {
    return {
      VariableDeclaration(node) {
        if (node.kind === "const" || node.declare) return;
        const { parent } = node;
        const atTop = parent.type === "Program" || parent.type === "ExportNamedDeclaration";
        if (!atTop) return;
        context.report({
          node,
          message: `module-level ${node.kind}: hidden state that outlives every call`,
          hint: "Keep it in an object that the caller makes and passes.",
        });
      },
    };
  },
};
