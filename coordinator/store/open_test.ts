import { DatabaseSync } from "node:sqlite";
import { sql } from "kysely";
import { P2c2rError } from "../../protocol/mod.ts";
import { assert } from "../../tests/deps.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { storeFailure, storing } from "./failure.ts";
import { openStore } from "./open.ts";
import { openSqlite, readySqlite } from "./sqlite.ts";

/** Expects store.failed with a message, a hint of its own and a cause. */
async function refused(work: Promise<unknown>, message: RegExp, hint: RegExp): Promise<void> {
  await assert.rejects(work, (error) => {
    assert(error instanceof P2c2rError);
    assert.equal(error.code, "store.failed");
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    return true;
  });
}

Deno.test("openStore() refuses a file that another store has open, and takes it when that one is closed", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const first = await openStore({ path });
    await refused(openStore({ path }), /another program has the database open/, /Stop the other coordinator/);
    await first.projects.list();
    await first.close();
    await (await openStore({ path })).close();
  }));

Deno.test("openStore() refuses what is not a database, a damaged one, and a folder that is missing", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    await Deno.writeTextFile(path, "this is a letter, not a database\n".repeat(200));
    await refused(openStore({ path }), /not a database/, /another data folder/);
    assert.match(await Deno.readTextFile(path), /^this is a letter/);

    await Deno.remove(path);
    await (await openStore({ path })).close();
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.fill(0xa5, 100));
    await refused(openStore({ path }), /damaged/, /restore it from a backup/);

    await refused(
      openStore({ path: `${folder}/none/p2c2r.sqlite` }),
      /cannot be opened/,
      /data folder exists/,
    );
  }));

Deno.test("readySqlite() fails on a database that cannot be written", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    await (await openStore({ path })).close();
    const database = new DatabaseSync(path, { readOnly: true });
    const opening = storing("open store", () => readySqlite(database));
    await refused(opening, /cannot be written/, /right to write/);
    database.close();
  }));

Deno.test("openStore() leaves the database of a newer version alone", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    await (await openStore({ path })).close();
    const database = new DatabaseSync(path);
    database.exec("insert into store_migrations values ('9999_later', '2030-01-01T00:00:00.000Z')");
    database.close();
    await refused(openStore({ path }), /newer version.*9999_later/, /Run the newer version/);
  }));

Deno.test("openStore() leaves another program's database alone", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const database = new DatabaseSync(path);
    database.exec("create table letters (text)");
    database.close();
    await refused(openStore({ path }), /another program's database/, /another data folder/);
  }));

Deno.test("openStore() leaves no half of a migration behind when it is cut short", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const db = openSqlite(path);
    await db.schema.createTable("job_attempts").addColumn("in_the_way", "integer").execute();
    await db.schema.createTable("store_migrations").addColumn("name", "text").addColumn("timestamp", "text")
      .execute();
    await db.destroy();
    await refused(openStore({ path }), /job_attempts/, /data folder/);
    const left = new DatabaseSync(path);
    const tables = left.prepare("select name from sqlite_master where type = 'table' order by name").all();
    left.close();
    assert.deepEqual(tables.map(({ name }) => name), [
      "job_attempts",
      "store_migrations",
      "store_migrations_lock",
    ]);
  }));

Deno.test("a store whose disk is full says so, writes nothing, and goes on when there is room", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    await (await openStore({ path })).close();
    const db = openSqlite(path);
    const pages = (max: number) => sql`pragma max_page_count = ${sql.lit(max)}`.execute(db);
    await pages(1);
    const large = { id: "p1", name: "x".repeat(1_000_000), created_ms: 1, weight: 100 };
    const insert = () =>
      storing(
        "create project",
        () =>
          db.transaction().execute((transaction) =>
            transaction.insertInto("projects").values(large).execute()
          ),
      );
    await refused(insert(), /the disk is full/, /Free space/);
    await pages(1_000_000);
    await insert();
    assert.equal((await db.selectFrom("projects").select("id").execute()).length, 1);
    await db.destroy();
  }));

Deno.test("storeFailure() names the state, keeps the cause, and lets errors with a code pass", () => {
  const odd = new Error("something odd");
  const failure = storeFailure("save kernel", odd);
  assert.equal(failure.message, "Cannot save kernel: something odd");
  assert.equal(failure.cause, odd);
  const coded = new P2c2rError("asset.too_large", "Cannot store asset: too large");
  assert.equal(storeFailure("add asset", coded), coded);
});

Deno.test("openStore() has tables for the jobs to come: one attempt per fence, one job per idempotency key", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    await (await openStore({ path })).close();
    const database = new DatabaseSync(path);
    database.exec("insert into projects values ('p1', 'Chess', 1, 100)");
    const job = (id: string) =>
      database.exec(`insert into jobs
        (id, project_id, kernel_digest, input, assets, idempotency_key, priority, state, run_after_ms, created_ms)
        values ('${id}', 'p1', 'd', x'01', '[]', 'once', 0, 'waiting', 1, 1)`);
    const attempt = (fence: number) =>
      database.exec(`insert into job_attempts
        (job_id, fence, coordinator, state, started_ms, lease_until_ms) values ('j1', ${fence}, 'run', 'leased', 1, 2)`);
    job("j1");
    assert.throws(() => job("j2"), /UNIQUE/);
    attempt(1);
    attempt(2);
    assert.throws(() => attempt(2), /UNIQUE/);
    database.close();
  }));
