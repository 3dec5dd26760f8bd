// Writes schemas/configuration.schema.json: what an editor needs to complete and check a .ddblint.yaml. Rules, profiles and expectations come
// from the code. `--check` says whether the file is up to date.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = fileURLToPath(new URL("../schemas/configuration.schema.json", import.meta.url));

const { RULES, PROFILES, SEVERITIES, EXPECTATIONS, HOMEPAGE } = await load();

/** The code is TypeScript: it is bundled to a module first. */
async function load() {
  const outfile = join(root, "dist", "for-configuration-schema.mjs");
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        export { RULES } from "./rules/registry.ts";
        export { PROFILES } from "./core/lint/configuration.ts";
        export { SEVERITIES } from "./core/lint/severity.ts";
        export { EXPECTATIONS } from "./core/lint/configuration.ts";
        export { HOMEPAGE } from "./core/lint/docs-url.ts";`,
      resolveDir: root,
      loader: "ts",
    },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    mainFields: ["module", "main"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile);
  }
}

/** A lone text counts as a list of one. */
const listOf = (items, description) => ({ description, oneOf: [items, { type: "array", items }] });
const text = { type: ["string", "number", "boolean"] };
const account = {
  oneOf: [
    { type: "string", pattern: "^\\d{12}$" },
    { type: "integer", minimum: 0, maximum: 999_999_999_999 },
  ],
};
const region = { type: "string", pattern: "^[a-z]{2,}(-[a-z]+)+-\\d{1,2}$" };

const schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: `${HOMEPAGE}/blob/main/schemas/configuration.schema.json`,
  title: "ddblint configuration",
  description: "A .ddblint.yaml. The one nearest to a template counts, from its folder up to the repository's root.",
  type: ["object", "null"],
  additionalProperties: false,
  properties: {
    root: {
      type: "boolean",
      default: false,
      description: "Ends the search for configurations here, and lints this folder as a project of its own.",
    },
    profile: {
      enum: PROFILES,
      default: "recommended",
      description: "Which rules are on: recommended, or strict for those that are a matter of policy too.",
    },
    rules: {
      type: ["object", "null"],
      description: "Severity of single rules, or off.",
      additionalProperties: false,
      properties: Object.fromEntries(
        RULES.map((rule) => [rule.name, { $ref: "#/definitions/level", description: rule.docs.what }]),
      ),
    },
    files: {
      type: ["object", "null"],
      description: "Patterns as in .gitignore, from the folder of this file.",
      additionalProperties: false,
      properties: {
        include: listOf(text, "Files that are looked at though their names are not those of templates."),
        exclude: listOf(
          text,
          "Files and folders that are left out. Files that are named on a command line are linted anyway.",
        ),
      },
    },
    parameters: {
      type: ["object", "null"],
      description: "Values of template parameters.",
      propertyNames: { pattern: "^[A-Za-z0-9]{1,255}$" },
      additionalProperties: { oneOf: [text, { type: "array", items: text }] },
    },
    region: { ...region, description: "What AWS::Region stands for." },
    account: { ...account, description: "What AWS::AccountId stands for: 12 digits, best in quotes." },
    trustedAccounts: listOf(account, "Accounts of your own that may be granted access: 12 digits, best in quotes."),
    allowedRegions: listOf(region, "Regions in which data may lie."),
    requiredTags: listOf(text, "Tags that every table must have."),
    classificationTag: { ...text, description: "The tag that says how sensitive a table's data is." },
    sensitiveValues: listOf(text, "Values of the classification tag that ask for more protection."),
    minRecoveryDays: {
      type: "integer",
      minimum: 1,
      maximum: 35,
      description: "Days that point-in-time recovery must reach back.",
    },
    requireVpce: { type: "boolean", default: false, description: "Tables may be reached over VPC endpoints only." },
    requireFips: { type: "boolean", default: false, description: "Clients must use FIPS endpoints." },
    expects: {
      type: ["object", "null"],
      description: "What must be in view; its absence becomes a finding.",
      additionalProperties: false,
      properties: Object.fromEntries(EXPECTATIONS.map((name) => [name, { type: "boolean" }])),
    },
  },
  definitions: { level: { enum: [...SEVERITIES, "off"] } },
};

const written = `${JSON.stringify(schema, undefined, 2)}\n`;
if (!process.argv.includes("--check")) {
  writeFileSync(target, written);
} else if (readFileSync(target, "utf8") !== written) {
  console.error(
    "schemas/configuration.schema.json is not up to date: run node scripts/generate-configuration-schema.mjs",
  );
  process.exit(1);
}
