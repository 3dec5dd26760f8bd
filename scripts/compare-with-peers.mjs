// Compares findings with what the peers' own test templates expect, which lie beside the project in ../shared/peers.
// Prints a table per rule of a peer and every disagreement without a reason. `--write` puts the figures into docs/compared.md, `--check`
// says whether they are there.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { MAPPED, UNMAPPED } from "./peers/mapping.mjs";
import { REASONS } from "./peers/reasons.mjs";

const top = fileURLToPath(new URL("../", import.meta.url));
const peers = join(top, "..", "shared", "peers");
const page = join(top, "docs", "compared.md");
const [BEGIN, END] = ["<!-- figures: scripts/compare-with-peers.mjs -->", "<!-- end of figures -->"];

if (!existsSync(join(peers, "expectations.tsv"))) {
  console.log("The peers' test templates are not beside the project: nothing is compared.");
  process.exit(0);
}

const { findingsIn, RULE_NAMES } = await load();
const rows = readFileSync(join(peers, "expectations.tsv"), "utf8").trim().split("\n").slice(1).map(readRow);
const results = new Map();
for (const row of rows) compareRow(row);

const unexplained = [...results.values()].flatMap((result) => result.unexplained);
const figures = table();
const written = readFileSync(page, "utf8");
const [before, , after] = cut(written);
const wanted = `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
if (process.argv.includes("--write")) writeFileSync(page, wanted);
else console.log(figures);
for (const { row, found } of unexplained)
  console.error(
    `${row.peer} ${row.rule} ${row.file} ${row.resource}: expects ${row.expected}, ${found ? "found" : "nothing found"} (${row.note})`,
  );
if (unexplained.length > 0) process.exit(1);
if (process.argv.includes("--check") && wanted !== written) {
  console.error("docs/compared.md does not show these figures: run node scripts/compare-with-peers.mjs --write");
  process.exit(1);
}

async function load() {
  const outfile = join(top, "dist", "compare-with-peers.mjs");
  await build({
    entryPoints: [join(top, "scripts", "peers", "compare.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    logLevel: "error",
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  const loaded = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return loaded;
}

function readRow(line) {
  const [file, peer, rule, resource, expected, note = ""] = line.split("\t");
  return { file, peer, rule, resource, expected, note };
}

function compareRow(row) {
  const names = (rules) => rules.some((rule) => (rule instanceof RegExp ? rule.test(row.rule) : rule === row.rule));
  const mapped = MAPPED.find(({ peer, rules }) => peer === row.peer && names(rules));
  const unmapped = UNMAPPED.find(({ peer, rules }) => peer === row.peer && names(rules));
  if (!mapped && !unmapped) throw new Error(`${row.peer} ${row.rule} is neither mapped nor left out`);
  const result = resultOf(row, mapped, unmapped);
  result.rows++;
  if (!mapped) return;
  const unknown = mapped.ours.filter((name) => !RULE_NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`there is no rule ${unknown.join(", ")}`);
  const text = readFileSync(join(peers, row.file), "utf8");
  const findings = findingsIn(row.file, text, mapped.ours, mapped.beside);
  // Some rows name a resource, others describe the case in its place.
  const isThere = text.includes(row.resource) && row.resource !== "";
  const here = findings.filter(
    ({ resource }) => !resource?.startsWith("Compared") && (!isThere || resource === row.resource),
  );
  const found = here.length > 0;
  if (found === (row.expected === "fail" || row.expected === "monitor")) {
    result.agree++;
    return;
  }
  const reason = REASONS.find(
    ({ peer, rules, file, found: when }) =>
      peer === row.peer &&
      rules.test(row.rule) &&
      file.test(`${row.file} ${row.resource} ${row.note}`) &&
      when === found,
  );
  if (!reason) result.unexplained.push({ row, found });
  else result.reasons.set(reason.why, (result.reasons.get(reason.why) ?? 0) + 1);
}

function resultOf(row, mapped, unmapped) {
  const key = `${row.peer} ${row.rule}`;
  const known = results.get(key);
  if (known) return known;
  const result = { row, mapped, unmapped, rows: 0, agree: 0, reasons: new Map(), unexplained: [] };
  results.set(key, result);
  return result;
}

function table() {
  const all = [...results.values()];
  const compared = all.filter(({ mapped }) => mapped);
  const sum = (results, pick) => results.reduce((total, result) => total + pick(result), 0);
  const total = sum(compared, ({ rows }) => rows);
  const agree = sum(compared, ({ agree }) => agree);
  const explained = sum(compared, ({ reasons }) => [...reasons.values()].reduce((a, b) => a + b, 0));
  return [
    `${rows.length} expectations of ${new Set(rows.map(({ peer }) => peer)).size} peers; ${total} of them are about what ddblint checks: ${agree} agree, ${explained} do not, for the reasons below.`,
    "",
    "| peer | its rule | ours | expectations | agree | disagree, because |",
    "| --- | --- | --- | ---: | ---: | --- |",
    ...compared.map(
      ({ row, mapped, rows, agree, reasons }) =>
        `| ${row.peer} | ${row.rule} | ${mapped.ours.join(", ")}${mapped.beside ? ` (with ${mapped.beside} added)` : ""} | ${rows} | ${agree} | ${[...reasons].map(([why, count]) => `${count}: ${why}`).join("; ")} |`,
    ),
    "",
    "Not compared:",
    "",
    ...UNMAPPED.map(({ peer, rules, why }) => {
      const left = all.filter(({ unmapped }) => unmapped?.peer === peer && unmapped.rules === rules);
      const names = left.map(({ row }) => row.rule);
      return `- ${peer} ${names.length > 3 ? `${names.length} rules such as ${names[0]}` : names.join(", ")} (${sum(left, ({ rows }) => rows)} expectations): ${why}.`;
    }),
  ].join("\n");
}

function cut(text) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < 0) throw new Error(`docs/compared.md lacks ${BEGIN} or ${END}`);
  return [text.slice(0, begin), text.slice(begin, end), text.slice(end + END.length)];
}
