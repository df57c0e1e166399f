import { booksContract } from "../contract/store_contract.ts";
import { MemoryBooks } from "./books.ts";

booksContract("books in memory", (work) => work(new MemoryBooks()));
