import { memoryBlobs, openFolderBlobs } from "../../coordinator/store/mod.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { blobsContract } from "./store_blobs_contract.ts";

blobsContract("blobs in memory", (work) => work(memoryBlobs()));
blobsContract(
  "blobs in a folder",
  (work) =>
    withTempFolder(async (folder) => await work(await openFolderBlobs({ folder: `${folder}/blobs` }))),
);
blobsContract(
  "blobs in a folder with little memory",
  (work) =>
    withTempFolder(async (folder) =>
      await work(await openFolderBlobs({ folder: `${folder}/blobs`, warmBytesMax: 64 }))
    ),
);
