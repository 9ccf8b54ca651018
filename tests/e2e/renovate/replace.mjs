// Has Renovate's own code replace entries of a lock, as it does for a branch.
//   node replace.mjs HOME FILE '{"docker.io/library/nginx": {"newValue": "1.28", "newDigest": "sha256:..."}}'
// HOME has node_modules; the manager is that of renovate.json in the working directory.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , home, packageFile, updates] = process.argv;
const from = (path) => import(pathToFileURL(`${home}/node_modules/renovate/dist/${path}`));
const { GlobalConfig } = await from("config/global.js");
const { doAutoReplace } = await from("workers/repository/update/branch/auto-replace.js");
const { extractPackageFile } = await from("modules/manager/custom/regex/index.js");

GlobalConfig.set({ localDir: process.cwd() });
const [manager] = JSON.parse(readFileSync("renovate.json", "utf8")).customManagers;
let text = readFileSync(packageFile, "utf8");
const { deps, ...rest } = extractPackageFile(text, packageFile, manager);
for (const [depIndex, dep] of deps.entries()) {
  const update = JSON.parse(updates)[dep.packageName];
  if (update) {
    const upgrade = { ...manager, ...rest, ...dep, ...update, depIndex, packageFile };
    text = await doAutoReplace({ ...upgrade, manager: "regex", updateType: "minor" }, text, false);
  }
}
