import { openStore } from "../../coordinator/store/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { assert } from "../deps.ts";
import { storeContract, type WithStore } from "./store_contract.ts";

const inMemory: WithStore = async (work) => {
  const store = await openStore({ path: ":memory:" });
  try {
    await work(store);
  } finally {
    await store.close();
  }
};

const onDisk: WithStore = (work) =>
  withTempFolder(async (folder) => {
    const store = await openStore({ path: `${folder}/p2c2r.sqlite` });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  });

storeContract("SQLite in memory", inMemory);
storeContract("SQLite on disk", onDisk);

Deno.test("openStore() finds on disk what an earlier one stored", () =>
  withTempFolder(async (folder) => {
    const path = `${folder}/p2c2r.sqlite`;
    const first = await openStore({ path });
    await first.projects.create({ id: "p1", name: "Chess", createdMs: 1, weight: 100 });
    await first.close();
    const second = await openStore({ path });
    assert.equal((await second.projects.list()).length, 1);
    await second.ping();
    await second.close();
    await assert.rejects(second.ping(), { code: "store.failed" });
  }));
