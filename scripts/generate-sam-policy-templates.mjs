// Writes core/template/sam/policy-templates.generated.json: the SAM policy templates that speak of dynamodb, dax or kms, and the names of all
// the others, so that they are recognised.
//
//   node scripts/generate-sam-policy-templates.mjs INPUT [--revision TEXT] [--check]
//
// INPUT is the translator's policy_templates.json (aws/serverless-application-model, samtranslator/policy_templates_data, Apache-2.0; not on
// npm), or the same facts already flattened: { templates: { NAME: { parameters, statements: [{ effect, actions, resources, condition? }] } } }.
// --check exits 1 when the committed file differs.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const target = new URL("../core/template/sam/policy-templates.generated.json", import.meta.url);
const services = ["dynamodb", "dax", "kms"];

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const upperFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** `text` with each `${variable}` as `${Parameter}`; pseudo parameters stay. */
function withParameterNames(text, parameterOf, template) {
  return text.replace(/\$\{([^}]*)\}/g, (whole, variable) => {
    if (variable.startsWith("AWS::")) return whole;
    const parameter = parameterOf(variable);
    if (!parameter) throw new Error(`${template}: no parameter for ${whole}`);
    return `\${${parameter}}`;
  });
}

/** A resource of the translator's file: a text, `Fn::Sub` of a text, or `Fn::Sub` of a text and its variables (all `Ref` to parameters). */
function resourceText(resource, template) {
  if (typeof resource === "string") return resource;
  const sub = resource?.["Fn::Sub"];
  const [text, variables = {}] = list(sub);
  if (typeof text !== "string") throw new Error(`${template}: a resource of unknown form: ${JSON.stringify(resource)}`);
  return withParameterNames(text, (variable) => variables[variable]?.Ref, template);
}

function fromTranslator(templates) {
  return Object.entries(templates).map(([name, { Parameters = {}, Definition }]) => ({
    name,
    parameters: Object.keys(Parameters),
    // Only what is kept has to be understood: other services' templates refer to resources in further forms.
    statements: () =>
      list(Definition.Statement).map((statement) => ({
        effect: statement.Effect,
        actions: list(statement.Action),
        resources: list(statement.Resource).map((resource) => resourceText(resource, name)),
        ...(statement.Condition ? { condition: statement.Condition } : {}),
      })),
    actions: list(Definition.Statement).flatMap((statement) => list(statement.Action)),
  }));
}

function fromFlattened(templates) {
  return Object.entries(templates).map(([name, { parameters, statements }]) => ({
    name,
    parameters,
    statements: () =>
      statements.map(({ effect, actions, resources, condition }) => ({
        effect,
        actions,
        resources: resources.map((text) =>
          withParameterNames(
            text,
            (variable) => parameters.find((parameter) => parameter === variable || parameter === upperFirst(variable)),
            name,
          ),
        ),
        ...(condition ? { condition } : {}),
      })),
    actions: statements.flatMap((statement) => statement.actions),
  }));
}

function extract(input, revision) {
  const all = input.Templates ? fromTranslator(input.Templates) : fromFlattened(input.templates);
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  const relevant = ({ actions }) => actions.some((action) => services.includes(action.split(":")[0].toLowerCase()));
  return {
    source: `Facts from the policy templates of the SAM translator (${revision}; Apache-2.0; see NOTICE.md), written by scripts/generate-sam-policy-templates.mjs. Do not edit.`,
    version: input.Version ?? input._version ?? "",
    templates: Object.fromEntries(
      all.filter(relevant).map(({ name, parameters, statements }) => [name, { parameters, statements: statements() }]),
    ),
    others: all.filter((template) => !relevant(template)).map(({ name }) => name),
  };
}

const args = process.argv.slice(2);
const flagAt = args.indexOf("--revision");
const named = flagAt >= 0 ? args.splice(flagAt, 2)[1] : undefined;
const path = args.find((argument) => !argument.startsWith("--"));
try {
  if (!path) throw new Error("usage: node scripts/generate-sam-policy-templates.mjs INPUT [--revision TEXT] [--check]");
  const input = JSON.parse(await readFile(path, "utf8"));
  const revision =
    named ?? input._source?.match(/^\S+ [0-9a-f]{7,40} \([^)]*\)/)?.[0] ?? "aws/serverless-application-model";
  const text = `${JSON.stringify(extract(input, revision), null, 1)}\n`;
  if (args.includes("--check")) {
    const committed = await readFile(target, "utf8").catch(() => "");
    if (committed.replace(/\r\n/g, "\n") !== text) {
      console.error(
        "core/template/sam/policy-templates.generated.json is out of date: run the same command without --check.",
      );
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, text);
    console.log(`Wrote ${fileURLToPath(target)}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
