import { type Command, OPTION_NAMES, type OptionName, shapeOf } from "./options.ts";
import type { Style } from "./terminal.ts";

const INTRODUCTION: { readonly [command in Command | "ddblint"]: readonly string[] } = {
  ddblint: [
    "ddblint finds and repairs what is insecure about DynamoDB tables in CloudFormation, SAM and CDK.",
    "",
    "Usage: ddblint [lint] [OPTIONS] [PATH…]   lint files, folders, globs, CDK cloud assemblies",
    "       ddblint rules [NAME]               list the rules, or explain one",
    "       ddblint lsp --stdio                the language server, for any editor",
  ],
  lint: [
    "Usage: ddblint [lint] [OPTIONS] [PATH…]",
    "",
    "A PATH is a file (read whatever its name), a folder (its .yaml, .yml, .json, .jsonc and .template files that .gitignore does not",
    "leave out), a glob, a folder that the CDK wrote (cdk.out), or - for standard input. Without one, the current folder is linted.",
    "What is named together is one project: a table, its key and its role may stand in different files.",
  ],
  rules: [
    "Usage: ddblint rules [NAME]",
    "",
    "Lists the rules, or explains one: what it looks for, why, and how to repair it.",
  ],
  lsp: [
    "Usage: ddblint lsp --stdio",
    "",
    "The language server: diagnostics, quick fixes and hovers for any editor that speaks LSP.",
  ],
};

const EXIT_CODES = [
  "0  nothing at or above --fail-on",
  "1  findings at or above --fail-on",
  "2  the run failed or was incomplete: a bad option or configuration, an unreadable file, a path that does not exist,",
  "   a glob that matches nothing, a named file that is no template",
];

/** The help text of a command, or of the whole program. */
export function helpText(command: Command | undefined, style: Style): string {
  const heading = (text: string) => style("bold", text);
  const shown = OPTION_NAMES.filter((name) => shapeOf(name).commands.includes(command ?? "lint"));
  const width = Math.max(...shown.map((name) => usageOf(name).length));
  const lines = [
    ...INTRODUCTION[command ?? "ddblint"],
    "",
    heading("Options:"),
    ...shown.map((name) => `  ${usageOf(name).padEnd(width)}  ${shapeOf(name).help}`),
  ];
  if (command === undefined || command === "lint") {
    lines.push("", heading("Exit codes:"), ...EXIT_CODES.map((line) => `  ${line}`));
  }
  return `${lines.join("\n")}\n`;
}

function usageOf(name: OptionName): string {
  const { short, value } = shapeOf(name);
  return `${short ? `-${short}, ` : "    "}--${name}${value ? ` ${value}` : ""}`;
}
