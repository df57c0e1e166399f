/** Sizes, ranges and offsets of input, world asset and output; README.md says what the fields mean. */

/** Cells along an edge of a chunk. A row of cells is one 32-bit word, and light (15 levels) stays inside. */
export const SIDE: i32 = 32;
export const CHUNK_SIZE: usize = 32 * 32 * 32;

export const INPUT_SIZE: usize = 24;
export const CHUNK_XZ_MAX: i32 = 1 << 20;
export const CHUNK_Y_MIN: i32 = -32;
export const CHUNK_Y_MAX: i32 = 31;

export const HEADER_SIZE: usize = 32;
export const BIOME_SIZE: usize = 40;
export const ORE_SIZE: usize = 12;
export const BIOMES_MAX: u32 = 16;
export const ORES_MAX: u32 = 16;
export const SOIL_DEPTH_MAX: i32 = 7;

/** Shortest period of a noise, so that four cells in a row lie between the same two lattice points. */
export const PERIOD_LOG2_MIN: u32 = 2;
export const PERIOD_LOG2_MAX: u32 = 12;
export const OCTAVES_MAX: u32 = 8;

/** Trees stand on tiles of so many cells, at most one on each. */
export const TREE_TILE: i32 = 6;
/** A tree leaves so many cells of its tile free, so that two trunks never touch. */
export const TREE_GAP: i32 = 2;
/** How far a crown reaches sideways, and above its trunk. */
export const CROWN_REACH: i32 = 3;
export const CROWN_ABOVE: i32 = 2;
/** On the shortest trunk a round crown hangs so far below the root, beside it. */
export const CROWN_UNDER: i32 = 1;
export const TRUNK_MAX: i32 = 20;

/** Veins of ore stand on cubes of so many cells (as a power of two), at most one of each ore in each. */
export const VEIN_TILE_LOG2: i32 = 3;
export const VEIN_RADIUS_MAX: i32 = 3;

/** Three-dimensional noise stays within 1.04: relief moves the ground by less than so many overhangs. */
export const RELIEF_MAX: f32 = 1.1;
/** Caves keep so far below the ground where water could run into them. */
export const CAVE_ROOF: f32 = 8;
