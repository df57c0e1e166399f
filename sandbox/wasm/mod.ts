export { Cursor, malformedAt } from "./cursor.ts";
export { refuseFeature } from "./features.ts";
export { type BlockType, i32At, type Instruction, readInstruction, VALUE_TYPES } from "./instructions.ts";
export { type CoreModule, type FunctionBody, type Locals, readModule } from "./module.ts";
export type { Immediate } from "./opcode_rows.ts";
export { type Opcode, opcodeAt, OPCODES, PREFIX, slotsOf } from "./opcodes.ts";
export {
  type Export,
  type FunctionType,
  kindOf,
  type Section,
  sectionId,
  signatureOf,
  type Sizes,
} from "./sections.ts";
export { Writer } from "./writer.ts";
