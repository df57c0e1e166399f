/** Sentences with which `check` refuses. */
import { Sentence, say, sayInteger, sentenceStart } from "../../lib/abi";

export function fault(what: string): Sentence {
  const sentence = sentenceStart();
  say(sentence, "Cannot accept: ");
  say(sentence, what);
  return sentence;
}

/** With a number between its two parts. */
export function faultAt(what: string, index: u32, how: string): Sentence {
  const sentence = fault(what);
  sayInteger(sentence, index);
  say(sentence, how);
  return sentence;
}
