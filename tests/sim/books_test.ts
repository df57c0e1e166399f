import { booksContract, registryContract } from "../contract/store_contract.ts";
import { MemoryBooks } from "./books.ts";

booksContract("books in memory", (work) => work(new MemoryBooks()));
registryContract("a registry in memory", (work) => {
  const { workers, registry: { projects, invites, assets } } = new MemoryBooks();
  return work({ workers, projects, invites, assets });
});
