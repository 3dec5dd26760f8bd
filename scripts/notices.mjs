import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Names under which packages keep their licence text. */
const LICENCE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** Licences under which a bundle of ours could not be shipped as it is. */
const COPYLEFT = /\bA?GPL/i;

/**
 * The npm package that a bundled file belongs to.
 * @param {string} root the repository
 * @param {string} input path of a bundled file, relative to `root`
 * @returns {string | undefined} the package's folder, or undefined for a file of ours
 */
function packageFolder(root, input) {
  if (!/(^|\/)node_modules\//.test(input)) return undefined;
  for (let folder = dirname(join(root, input)); folder.startsWith(root); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    // Packages mark folders with a package.json that has a `type` and nothing else.
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version) return folder;
  }
  return undefined;
}

/**
 * Whether an SPDX expression leaves us a licence that is not AGPL or GPL.
 * @param {string} expression such as "MIT" or "(MIT OR GPL-3.0)"
 */
function isAcceptable(expression) {
  return expression.split(/\bOR\b/).some((choice) => !COPYLEFT.test(choice.replace(/\bLGPL/gi, "")));
}

/**
 * Writes the notices that the licences of bundled packages ask for.
 * @param {string} root the repository
 * @param {import("esbuild").Metafile[]} metafiles
 * @returns {string} name, version, licence and licence text of each package of which any byte is in a bundle
 * @throws {Error} for a package without a licence, or under the AGPL or GPL
 */
export function notices(root, metafiles) {
  const used = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input]) => packageFolder(root, input));
  const folders = [...new Set(used.filter((folder) => folder !== undefined))];

  const entries = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const licence = typeof license === "string" ? license : license?.type;
    if (!licence) throw new Error(`${name} ${version} names no licence: it cannot be shipped`);
    if (!isAcceptable(licence)) throw new Error(`${name} ${version} is under ${licence}: it cannot be shipped`);
    const texts = readdirSync(folder)
      .filter((file) => LICENCE_FILE.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), "utf8").replace(/\r\n/g, "\n").trim());
    if (texts.length === 0) throw new Error(`${name} ${version} has no licence text: it cannot be shipped`);
    return { title: `${name} ${version} (${licence})`, text: texts.join("\n\n") };
  });
  entries.sort((a, b) => (a.title < b.title ? -1 : 1));

  const line = "-".repeat(80);
  const intro = "DynamoDB Security Lint contains code of the packages below, under their licences.\n";
  return [intro, ...entries.map(({ title, text }) => `${line}\n${title}\n${line}\n\n${text}\n`)].join("\n");
}
