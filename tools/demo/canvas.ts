// A small RGB canvas with what the demo's pictures need: cells, lines, text in a 3×5 font, PNG.
import { encode } from "fast-png";

/** Red, green, blue, 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Glyphs of three columns and five rows; rows from the top, `#` is ink. */
const glyphs: Record<string, string> = {
  A: ".#. #.# ### #.# #.#",
  B: "##. #.# ##. #.# ##.",
  C: ".## #.. #.. #.. .##",
  D: "##. #.# #.# #.# ##.",
  E: "### #.. ##. #.. ###",
  F: "### #.. ##. #.. #..",
  G: ".## #.. #.# #.# .##",
  H: "#.# #.# ### #.# #.#",
  I: "### .#. .#. .#. ###",
  J: "..# ..# ..# #.# .#.",
  K: "#.# #.# ##. #.# #.#",
  L: "#.. #.. #.. #.. ###",
  M: "#.# ### ### #.# #.#",
  N: "##. #.# #.# #.# #.#",
  O: ".#. #.# #.# #.# .#.",
  P: "##. #.# ##. #.. #..",
  Q: ".#. #.# #.# ### .##",
  R: "##. #.# ##. #.# #.#",
  S: ".## #.. .#. ..# ##.",
  T: "### .#. .#. .#. .#.",
  U: "#.# #.# #.# #.# ###",
  V: "#.# #.# #.# #.# .#.",
  W: "#.# #.# ### ### #.#",
  X: "#.# #.# .#. #.# #.#",
  Y: "#.# #.# .#. .#. .#.",
  Z: "### ..# .#. #.. ###",
  "0": "### #.# #.# #.# ###",
  "1": ".#. ##. .#. .#. ###",
  "2": "##. ..# .#. #.. ###",
  "3": "##. ..# .#. ..# ##.",
  "4": "#.# #.# ### ..# ..#",
  "5": "### #.. ##. ..# ##.",
  "6": ".## #.. ### #.# ###",
  "7": "### ..# ..# .#. .#.",
  "8": "### #.# ### #.# ###",
  "9": "### #.# ### ..# ##.",
  ".": "... ... ... ... .#.",
  ",": "... ... ... .#. #..",
  ":": "... .#. ... .#. ...",
  "-": "... ... ### ... ...",
  "/": "..# ..# .#. #.. #..",
  "(": ".#. #.. #.. #.. .#.",
  ")": ".#. ..# ..# ..# .#.",
  "%": "#.# ..# .#. #.. #.#",
  " ": "... ... ... ... ...",
};

/** Pixels, row by row, three bytes each. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  /** A canvas of one colour. */
  constructor(width: number, height: number, background: Colour) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.fill(0, 0, width, height, background);
  }

  /** Sets a pixel; outside the canvas nothing happens. */
  set(x: number, y: number, colour: Colour): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    this.pixels.set(colour, (y * this.width + x) * 3);
  }

  /** Fills a rectangle. */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    for (let y = top; y < top + height; y++) {
      for (let x = left; x < left + width; x++) this.set(x, y, colour);
    }
  }

  /** Draws a line between pixels, as thick as given. */
  line(fromX: number, fromY: number, toX: number, toY: number, thick: number, colour: Colour): void {
    const steps = Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY), 1);
    const before = Math.floor(thick / 2);
    for (let step = 0; step <= steps; step++) {
      const x = Math.round(fromX + (toX - fromX) * step / steps);
      const y = Math.round(fromY + (toY - fromY) * step / steps);
      this.fill(x - before, y - before, thick, thick, colour);
    }
  }

  /** Writes capitals, digits and simple signs, each dot of the font `scale` pixels wide; answers the width written. */
  text(left: number, top: number, text: string, scale: number, colour: Colour): number {
    let x = left;
    for (const letter of text.toUpperCase()) {
      const rows = (glyphs[letter] ?? glyphs["-"]!).split(" ");
      for (const [row, dots] of rows.entries()) {
        for (let column = 0; column < 3; column++) {
          if (dots[column] === "#") this.fill(x + column * scale, top + row * scale, scale, scale, colour);
        }
      }
      x += 4 * scale;
    }
    return x - left;
  }

  /** The picture as a PNG file. */
  png(): Uint8Array {
    return encode({ width: this.width, height: this.height, data: this.pixels, channels: 3, depth: 8 });
  }
}
