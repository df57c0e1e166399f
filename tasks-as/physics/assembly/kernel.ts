/** The physics kernel: one step of 1/60 s of rigid spheres and boxes. Layout, method and cost: README.md. */
import { err, errSentence, okBytes, okNothing } from "../../lib/abi";
import { certificateOver, certificateSound } from "./certificate";
import { faultOfOutput } from "./check";
import { faultForCheck, faultOf } from "./sound";
import { readHeader } from "./state";
import { STEP_CONTACTS, STEP_PAIRS, step } from "./step";

export { cabi_post_check, cabi_post_run, cabi_realloc } from "../../lib/abi";

export function run(input: usize, inputSize: usize, _assets: usize, assetCount: u32): usize {
  if (assetCount != 0) return err("Cannot step: physics takes no assets");
  const state = readHeader(input, inputSize);
  if (state == null || state.end != input + inputSize) return err("Cannot step: input is not a state");
  const fault = faultOf(state);
  if (fault != null) return errSentence(fault);
  const result = step(state);
  if (result.fault == STEP_PAIRS) return err("Cannot step: more than 16,384 pairs of bodies are close");
  if (result.fault == STEP_CONTACTS) return err("Cannot step: more than 6,144 contacts or 16,384 contact points");
  // write_contacts.ts, write_joints.ts and finish.ts hold all within the ranges of a state.
  const next = readHeader(result.output, result.size);
  if (next == null || faultOf(next) != null || !certificateSound(next)) return err("Cannot step: the next state is none");
  return okBytes(result.output, result.size);
}

export function check(
  input: usize, inputSize: usize, _assets: usize, assetCount: u32, output: usize, outputSize: usize, seed: u64,
): usize {
  if (assetCount != 0) return err("Cannot accept: physics takes no assets");
  const state = readHeader(input, inputSize);
  if (state == null || state.end != input + inputSize) return err("Cannot accept: input is not a state");
  const inputFault = faultForCheck(state);
  if (inputFault != null) return errSentence(inputFault);
  const next = readHeader(output, outputSize);
  if (next == null || certificateOver(next).end != output + outputSize) {
    return err("Cannot accept: output is not a state with its certificate");
  }
  const fault = faultOfOutput(state, next, seed);
  return fault == null ? okNothing() : errSentence(fault);
}
