// Writes rules/registry.ts: the list of all rules, in the order of their topics and names. A browser cannot look into folders, so the list is
// a file. `--check` says whether it is up to date.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../rules/", import.meta.url));
const target = join(folder, "registry.ts");

const files = readdirSync(folder)
  .filter((topic) => statSync(join(folder, topic)).isDirectory())
  .sort()
  .flatMap((topic) =>
    readdirSync(join(folder, topic))
      .filter((file) => file.endsWith(".ts"))
      .sort()
      .map((file) => ({ path: `./${topic}/${file}`, variable: camelCase(file.slice(0, -".ts".length)) })),
  );

function camelCase(name) {
  return name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
}

const text = `// Written by scripts/generate-registry.mjs.
import type { Rule } from "../core/lint/rule.ts";
${files.map(({ path, variable }) => `import ${variable} from "${path}";`).join("\n")}

/** Every rule, by topic and name. */
export const RULES: readonly Rule[] = [
${files.map(({ variable }) => `  ${variable},`).join("\n")}
];

const byName = new Map(RULES.map((rule) => [rule.name, rule]));

export function ruleNamed(name: string): Rule | undefined {
  return byName.get(name);
}
`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("rules/registry.ts is not up to date: run node scripts/generate-registry.mjs");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
