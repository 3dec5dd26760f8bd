// Writes docs/rules/: a page per rule and an index, from the rules themselves. `--check` says whether they are up to date.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const top = fileURLToPath(new URL("../", import.meta.url));
const folder = join(top, "docs", "rules");
const PEERS = {
  securityHub: "AWS Security Hub",
  config: "AWS Config",
  controlTower: "AWS Control Tower",
  checkov: "checkov",
  cfnNag: "cfn_nag",
  cdkNag: "cdk-nag",
  guard: "CloudFormation Guard rules registry",
  kics: "KICS",
  trivy: "Trivy",
};

const rules = await loadRules();
const pages = new Map([["README.md", index()], ...rules.map((rule) => [`${rule.name}.md`, page(rule)])]);

const written = readOr(() => readdirSync(folder), []);
const stale = [
  ...[...pages]
    .filter(([name, text]) => readOr(() => readFileSync(join(folder, name), "utf8"), "") !== text)
    .map(([name]) => name),
  ...written.filter((name) => !pages.has(name)),
];

if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`docs/rules is not up to date (${stale.join(", ")}): run npm run generate`);
    process.exit(1);
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of written) if (!pages.has(name)) rmSync(join(folder, name));
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
}

/** The rules are TypeScript: they are bundled to a module first. */
async function loadRules() {
  const outfile = join(top, "dist", "rules-for-docs.mjs");
  await build({
    entryPoints: [join(top, "rules", "registry.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "error",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const { RULES } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return [...RULES].sort((a, b) => a.name.localeCompare(b.name));
}

function readOr(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

function index() {
  const topics = [...new Set(rules.map((rule) => rule.topic))].sort();
  const sections = topics.map((topic) => {
    const rows = rules
      .filter((rule) => rule.topic === topic)
      .map(
        (rule) =>
          `| [${rule.name}](${rule.name}.md) | ${rule.severity} | ${rule.recommended ? "on" : "off"} | ${rule.docs.what} |`,
      );
    return `## ${topic}\n\n| rule | severity | default | what it finds |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
  });
  return `# Rules\n\n"off" rules run in the profile \`strict\`, or when they are configured. Severities are the usual ones; a rule may lower or raise them, as its page says.\n\n${sections.join("\n")}`;
}

function page(rule) {
  const { docs } = rule;
  const parts = [
    `# ${rule.name}`,
    docs.what,
    `| severity | confidence | default | topic |\n| --- | --- | --- | --- |\n| ${rule.severity} | ${rule.confidence} | ${rule.recommended ? "on" : "off (profile `strict`)"} | ${rule.topic} |`,
    `## Why\n\n${docs.why}`,
    `## What to do\n\n${docs.how}${rule.construct ? `\n\nIn the CDK: \`${rule.construct}\`.` : ""}`,
    `## Examples\n\n${docs.examples.map(example).join("\n\n")}`,
    `## Suppressing it\n\n\`\`\`yaml\n# ddblint-disable-next-line ${rule.name} -- why it is right here\n\`\`\`\n\nIn JSON, and for a whole resource: \`Metadata: { ddblint: { suppress: [{ rule: ${rule.name}, reason: … }] } }\`.`,
    controls(rule),
    docs.references.length > 0 ? `## References\n\n${docs.references.map((url) => `- <${url}>`).join("\n")}` : "",
  ];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

function example({ title, bad, good }) {
  return `### ${title}\n\nFound:\n\n\`\`\`yaml\n${bad.trimEnd()}\n\`\`\`\n\nNot found:\n\n\`\`\`yaml\n${good.trimEnd()}\n\`\`\``;
}

function controls(rule) {
  const rows = Object.entries(rule.controls).map(([peer, ids]) => `| ${PEERS[peer]} | ${ids.join(", ")} |`);
  return rows.length > 0
    ? `## Elsewhere\n\nThe same concern in other tools; what they look at may be less.\n\n| tool | control |\n| --- | --- |\n${rows.join("\n")}`
    : "";
}
