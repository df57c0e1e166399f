// A picture of the gallery, and what an exhibit needs to make some.
import type { Answer, Client, InputOf, Kernels, OutputOf, RunOptions } from "../../sdk/mod.ts";
import type { Canvas } from "../demo/canvas.ts";
import type { Finder } from "../demo/pictures.ts";

/** What the page says of a picture. */
export interface Picture {
  readonly file: string;
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly caption: string;
  /** The kernels behind it. */
  readonly kernels: readonly string[];
  /** How many tasks, and how many of them by workers. */
  readonly tasks: number;
  readonly byPeers: number;
  readonly seconds: number;
}

/** Asks for tasks and counts them. */
export interface Asker {
  readonly client: Client;
  ask<K extends keyof Kernels>(
    kernel: K,
    input: InputOf<K>,
    options?: Partial<RunOptions>,
  ): Promise<Answer<OutputOf<K>>>;
}

/** Where an exhibit works. */
export interface Studio {
  readonly asker: Asker;
  readonly small: boolean;
  readonly seed: number;
  readonly finders: readonly Finder[];
  /** What is being done, with how much of how much. */
  progress(what: string, done: number, of: number): void;
}

/** A finished picture without its numbers. */
export interface Drawn {
  readonly file: string;
  readonly title: string;
  readonly caption: string;
  readonly kernels: readonly string[];
  readonly canvas: Canvas;
}

/** Makes one or more pictures. */
export type Exhibit = (studio: Studio) => Promise<readonly Drawn[]>;
