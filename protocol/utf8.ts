// UTF-8 without decoding: whether bytes are text, how long a text becomes, and how to make one fit.

/** Whether `bytes` from `start` to `end` are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const head = bytes[at++]!;
    if (head < 0x80) continue;
    if (head < 0xc2 || head > 0xf4) return false;
    const tail = head < 0xe0 ? 1 : head < 0xf0 ? 2 : 3;
    if (at + tail > end) return false;
    const second = bytes[at]!;
    // The second byte alone rules out overlong forms (E0, F0), surrogates (ED) and what lies past U+10FFFF (F4).
    const lowest = head === 0xe0 ? 0xa0 : head === 0xf0 ? 0x90 : 0x80;
    const highest = head === 0xed ? 0x9f : head === 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest) return false;
    for (let i = 1; i < tail; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return false;
    at += tail;
  }
  return true;
}

/** How many bytes a text takes in UTF-8. A lone surrogate counts as three, like the U+FFFD that replaces it. */
export function utf8Length(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) size += 1;
    else if (isPair(text, i)) {
      size += 2;
      i++;
    } else size += 2;
  }
  return size;
}

/** The longest start of a text that takes at most `bytesMax` bytes, lone surrogates replaced by U+FFFD. */
export function clipText(text: string, bytesMax: number): string {
  const sound = text.isWellFormed() ? text : text.toWellFormed();
  if (sound.length * 3 <= bytesMax) return sound;
  let size = 0;
  for (let i = 0; i < sound.length; i++) {
    const unit = sound.charCodeAt(i);
    const pair = unit >= 0x800 && isPair(sound, i);
    size += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
    if (size > bytesMax) return sound.slice(0, i);
    if (pair) i++;
  }
  return sound;
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
}
