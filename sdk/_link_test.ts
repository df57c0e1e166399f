import { assert } from "../tests/deps.ts";
import { apiKey, FakeCoordinator } from "../tests/e2e/sdk_fake_coordinator.ts";
import type { P2c2rError } from "../protocol/mod.ts";
import { Link } from "./_link.ts";

function linkTo(fake: FakeCoordinator, session: string | undefined) {
  const welcome = Promise.withResolvers<boolean>();
  const end = Promise.withResolvers<P2c2rError>();
  const dial = { url: `${fake.url.replace("http", "ws")}/v1/backend`, apiKey, session, silenceMsMax: 250 };
  const link = new Link(dial, {
    onWelcome: (_link, resumed) => welcome.resolve(resumed),
    onReply: () => {},
    onDrain: () => {},
    onEnd: (_link, error) => end.resolve(error),
  });
  return { link, welcome: welcome.promise, end: end.promise };
}

Deno.test("Link drops a coordinator that stays silent although it is probed", async () => {
  await using fake = new FakeCoordinator({ heartbeatMs: 100 });
  const { link, welcome, end } = linkTo(fake, undefined);
  assert.equal(await welcome, false);
  const error = await end;
  assert.equal(error.code, "connection.lost");
  assert.match(error.message, /silent/);
  assert.equal(link.ended, true);
  assert.ok(fake.last.received.length >= 1);
});

Deno.test("Link knows its session, window and heartbeat from the welcome", async () => {
  await using fake = new FakeCoordinator({ heartbeatMs: 1, windowMax: 7, resume: true });
  const { link, welcome, end } = linkTo(fake, "a session/with signs?");
  assert.equal(await welcome, true);
  assert.equal(link.session, "a session/with signs?");
  assert.equal(link.windowMax, 7);
  assert.equal(link.heartbeatMs, 100); // no coordinator makes it faster than this
  link.close();
  await end;
});
