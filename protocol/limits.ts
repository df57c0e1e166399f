// Every limit of the wire and of the services behind it, by name: the one file to read or to change.

/** Limits that both ends of a connection rely on. Sizes are bytes, times milliseconds, unless the name says otherwise. */
export const limits = {
  /** Largest WebSocket frame, counted before decoding. */
  frameBytesMax: 4 * 1024 * 1024,
  /** Most messages in one frame. */
  frameMessagesMax: 1024,
  /** Deepest nesting of arrays in a frame: frame, message, list field, entry of a list field. */
  frameDepthMax: 4,
  /** Most MessagePack values in one frame, arrays included. */
  frameValuesMax: 65_536,
  /** Longest text field, in UTF-8 bytes. */
  textBytesMax: 2048,
  /** Longest error code, reason word, kernel version or engine name. */
  codeBytesMax: 64,
  /** Longest name of a session, instance or kernel. */
  nameBytesMax: 128,
  /** A SHA-256 digest. */
  digestBytes: 32,
  /** Largest signature file of a bundle. */
  signatureBytesMax: 1024,
  /** Largest trace context. */
  traceBytesMax: 64,
  /** Largest input of one task. */
  inputBytesMax: 1024 * 1024,
  /** Largest output of one task. */
  outputBytesMax: 2 * 1024 * 1024,
  /** Most assets named by one task. */
  taskAssetsMax: 8,
  /** Largest asset or bundle file. */
  blobBytesMax: 16 * 1024 * 1024,
  /** Bytes of assets one project may keep uploaded. */
  projectAssetBytesMax: 256 * 1024 * 1024,
  /** Most exclusion tags of one task. */
  taskTagsMax: 8,
  /** Bytes of one exclusion tag. */
  tagBytesMax: 16,
  /** Most exclusion tags of one worker. */
  workerTagsMax: 64,
  /** Most engines of one worker. */
  workerEnginesMax: 8,
  /** Longest idempotency key. */
  idempotencyKeyBytesMax: 64,
  /** Shortest deadline of a real-time task. */
  deadlineMsMin: 1,
  /** Longest deadline of a real-time task. */
  deadlineMsMax: 60_000,
  /** Highest priority; 0 is the lowest and the default. */
  priorityMax: 7,
  /** Largest fuel of one task. */
  fuelMax: 1_000_000_000_000,
  /** Most slots of one worker. */
  workerSlotsMax: 256,
  /** Most attempts in flight on one worker, waiting ones included. */
  workerWindowMax: 1024,
  /** Most tasks in flight of one backend connection. */
  backendWindowMax: 1024,
  /** Highest number a kernel can have on a connection. */
  kernelNoMax: 65_535,
  /** Most attempts that can be counted for one task. */
  taskAttemptsMax: 65_535,
  /** Longest span of time a message can state. */
  durationMsMax: 24 * 60 * 60 * 1000,
  /** Most kernels a connection may name. */
  connectionKernelsMax: 256,
  /** Most digests in one report of held assets, and most attempts in one hand-back. */
  listEntriesMax: 1024,
  /** How often each side sends something. */
  heartbeatMs: 5_000,
  /** After how long a silent peer is dropped. */
  silenceMsMax: 20_000,
  /** How long a dropped session can be resumed. */
  resumeMs: 30_000,
  /** Bytes that may wait in a socket towards a peer before it is dropped. */
  bufferedBytesMax: 16 * 1024 * 1024,
  /** How long a worker's challenge is good. */
  challengeMs: 30_000,
  /** How long a worker's session token is good. */
  sessionTokenMs: 24 * 60 * 60 * 1000,
  /** Most tasks waiting or running in one coordinator. */
  queuedTasksMax: 100_000,
  /** Bytes of inputs and outputs that waiting and running tasks may hold in one coordinator. */
  queuedBytesMax: 512 * 1024 * 1024,
  /** Largest JSON body of the HTTP interface. */
  jsonBytesMax: 4 * 1024 * 1024,
} as const;

/** The version of the wire, also the WebSocket subprotocol. */
export const subprotocol = "p2c2r.v1";

/** The text a worker's signature over a challenge starts with, so that it can never be taken for another signature. */
export const challengeContext = "p2c2r.v1 worker challenge\n";
