// Builds the two packages and uses them as a stranger would: the npm tarball is installed into an empty folder and its command run there, the
// .vsix is looked into. Sizes are checked. Needs the network only for what `npm install` of a package without dependencies needs: nothing.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(top, "package.json"), "utf8"));
const vsix = join(top, "ddblint.vsix");
const tarball = join(top, `ddblint-${version}.tgz`);
const MAX_VSIX = 2_000_000;

run("npm", ["run", "--silent", "package"], top);
check(
  existsSync(vsix) && statSync(vsix).size < MAX_VSIX,
  `ddblint.vsix is smaller than ${MAX_VSIX / 1e6} MB (${size(vsix)})`,
);
const inVsix = run("unzip", ["-Z1", vsix], top).stdout.split("\n");
check(
  inVsix.includes("extension/dist/client.cjs") && inVsix.includes("extension/dist/server.mjs"),
  "ddblint.vsix has the client and the server",
);
check(
  !inVsix.some((name) => /node_modules|\.ts$|test\/|\.map$/.test(name)),
  "ddblint.vsix has no sources, tests or node_modules",
);

const folder = mkdtempSync(join(tmpdir(), "ddblint-package-"));
try {
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], folder);
  const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  check(installed.join() === "ddblint", "the npm package brings no other package");
  copyFileSync(join(top, "examples", "cloudformation", "orders.yaml"), join(folder, "orders.yaml"));
  const lint = spawnSync("npx", ["--no-install", "ddblint", "--format", "json", "orders.yaml"], {
    cwd: folder,
    encoding: "utf8",
  });
  check(
    lint.status === 1 && JSON.parse(lint.stdout).findings.length > 0,
    "npx ddblint lints a template in an empty folder",
  );
  const answer = spawnSync("npx", ["--no-install", "ddblint", "--version"], { cwd: folder, encoding: "utf8" });
  check(answer.stdout.trim().endsWith(version), `ddblint --version says ${version}`);
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`npm tarball: ${size(tarball)}; .vsix: ${size(vsix)}`);

function size(file) {
  return existsSync(file) ? `${(statSync(file).size / 1000).toFixed(0)} kB` : "missing";
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (result.status !== 0) {
    console.error(`${command} ${args.join(" ")} failed:\n${result.stdout}${result.stderr}`);
    process.exit(1);
  }
  return result;
}

function check(holds, what) {
  console.log(`${holds ? "ok" : "NOT OK"}: ${what}`);
  if (!holds) process.exit(1);
}
