/** Byte layout of state and output, limits of what is accepted, and the constants of the method. */

/** "PHY2", little-endian. */
export const MAGIC: u32 = 0x32594850;
export const HEADER_SIZE: usize = 48;
export const BODIES_MAX: u32 = 512;
export const CONTACTS_MAX: u32 = 6144;
export const POINTS_MAX: u32 = 16384;
export const JOINTS_MAX: u32 = 512;
/** Pairs whose swept boxes overlap; a scene with more is refused before any of them is looked at. */
export const PAIRS_MAX: u32 = 16384;

/** Arrays of the body section, f32 each, every one as long as the number of bodies rounded up to four. */
export const MASS: usize = 0;
export const FRICTION: usize = 1;
export const RESTITUTION: usize = 2;
export const HALF: usize = 3;
export const POSITION: usize = 6;
export const ORIENTATION: usize = 9;
export const VELOCITY: usize = 13;
export const SPIN: usize = 16;
/** How many steps in a row a body was slow: 0 … QUIET_STEPS, or ASLEEP. */
export const QUIET: usize = 19;
export const BODY_ARRAYS: usize = 20;
/** The first array that a step changes. */
export const MOVING_ARRAYS: usize = POSITION;

/** Arrays of the contact section, four bytes per contact; the normal impulses, four bytes per point, follow. */
export const PAIR: usize = 0;
export const CODE: usize = 1;
export const TANGENT1: usize = 2;
export const TANGENT2: usize = 3;
export const TWIST: usize = 4;
export const CONTACT_ARRAYS: usize = 5;

/** Arrays of the joint section, four bytes per joint: what a joint is, */
export const JOINT_PAIR: usize = 0;
export const JOINT_KIND: usize = 1;
export const ANCHOR_FIRST: usize = 2;
export const ANCHOR_SECOND: usize = 5;
export const AXIS_FIRST: usize = 8;
export const AXIS_SECOND: usize = 11;
export const LOW: usize = 14;
export const HIGH: usize = 15;
export const COMPLIANCE: usize = 16;
export const JOINT_FIXED_ARRAYS: usize = 17;
/** and its impulses of the last substep: three linear, three angular (a distance: two lengthwise, then zeros). */
export const JOINT_IMPULSES: usize = 17;
export const JOINT_ARRAYS: usize = 23;
/** Arrays of a joint in the certificate: impulse, moment on the first and on the second body; each also as a mean. */
export const JOINT_SUMS: usize = 9;

/** Kinds of joints, and the bits that may stand beside them. */
export const KIND_DISTANCE: u32 = 1;
export const KIND_HINGE: u32 = 2;
export const KIND_MASK: u32 = 0xff;
export const KIND_COLLIDES: u32 = 0x100;
export const KIND_LIMITED: u32 = 0x200;

/** Bits of the header's flags. */
export const FLAG_SLEEP: u32 = 1;

/** What a contact's code packs: the axis in 5 bits, then up to four features of 5 bits each. */
export const AXIS_BITS: u32 = 5;
export const AXIS_MASK: u32 = 31;
export const FEATURE_BITS: u32 = 5;
export const FEATURE_MASK: u32 = 31;
/**
 * Axis of a contact at the closest points, where a sphere or a capsule is involved. 1 … 3: a face of the first box,
 * 4 … 6: of the second, 7 … 15: two edges, 16: two capsules side by side, 17 … 19: a capsule along a box's face.
 */
export const AXIS_SPHERE: u32 = 0;
export const AXIS_FACE_FIRST: u32 = 1;
export const AXIS_FACE_SECOND: u32 = 4;
export const AXIS_EDGES: u32 = 7;
export const AXIS_EDGES_LAST: u32 = 15;
export const AXIS_SEGMENTS: u32 = 16;
export const AXIS_LYING: u32 = 17;
export const AXIS_LAST: u32 = 19;
/** Features of a face contact: 1 … 4 corners of the incident face, 5 … 20 crossings, 21 … 24 corners of the other. */
export const FEATURE_CROSSING: u32 = 5;
export const FEATURE_CORNER: u32 = 21;
export const FEATURE_LAST: u32 = 24;
/** Features of capsules side by side: ends of the first, then of the second. */
export const FEATURE_SEGMENTS_LAST: u32 = 4;
/** Features of a capsule along a face: its two ends, then where it passes the face's sides +U, −U, +V, −V. */
export const FEATURE_SIDE: u32 = 3;
export const FEATURE_LYING_LAST: u32 = 6;

/** SI units throughout. */
export const STEP_S: f32 = <f32>(1.0 / 60.0);
export const STEP_PER_S: f32 = 60.0;
export const SUBSTEPS: i32 = 8;
export const SUBSTEP_S: f32 = <f32>(1.0 / 480.0);
export const SUBSTEP_PER_S: f32 = 480.0;

/** Limits of accepted states. What a step gives is clamped to the same, so that every output is an input. */
export const MASS_MIN: f32 = 0.001;
export const MASS_MAX: f32 = 1.0e6;
export const FRICTION_MAX: f32 = 4.0;
export const HALF_MIN: f32 = 0.01;
export const HALF_MAX: f32 = 1000.0;
/** The longest half extent over the shortest, of a body that moves. */
export const HALF_RATIO_MAX: f32 = 100.0;
export const POSITION_MAX: f32 = 10000.0;
export const SPEED_MAX: f32 = 200.0;
export const SPIN_MAX: f32 = 100.0;
export const GRAVITY_MAX: f32 = 100.0;
export const DAMPING_MAX: f32 = 100.0;
export const IMPULSE_MAX: f32 = 68719476736;

/** Anchors lie this close to their body's centre, m; a distance is at most so long, m; softness, m/N; angles, rad. */
export const ANCHOR_MAX: f32 = 2000.0;
export const DISTANCE_MAX: f32 = 40000.0;
export const COMPLIANCE_MAX: f32 = 1000.0;
export const ANGLE_MAX: f32 = 6.2831855;

/** Below this speed, m/s, of its centre and by turning, a body is quiet; after so many steps its island may sleep. */
export const QUIET_SPEED: f32 = 0.05;
export const QUIET_STEPS: f32 = 30.0;
export const ASLEEP: f32 = 31.0;

/** Two surfaces closer than this, or about to be within the step, get a contact. */
export const MARGIN_M: f32 = 0.02;

/** Impulses keep 18 bits of mantissa: the low six of an f32 are zero, so that every stored bit matters. */
export const IMPULSE_LOW_BITS: u32 = 0x3f;
