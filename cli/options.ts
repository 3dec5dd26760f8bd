import { type ParseArgsConfig, parseArgs } from "node:util";
import { didYouMean } from "../core/lint/suggest.ts";
import { Failure } from "./failure.ts";

export const COMMANDS = ["lint", "rules", "lsp"] as const;
export type Command = (typeof COMMANDS)[number];

interface OptionShape {
  /** What stands for the value in the help; none for a switch. */
  value?: string;
  /** May be given several times. */
  multiple?: boolean;
  short?: string;
  commands: readonly Command[];
  help: string;
}

/** Every option: the parser and the help read the same table. */
export const OPTIONS = {
  format: {
    value: "FORMAT",
    commands: ["lint"],
    help: "what goes to standard output: text (default), json or sarif",
  },
  output: {
    value: "FORMAT=FILE",
    multiple: true,
    commands: ["lint"],
    help: "also write a report to a file; may be repeated. Standard output still gets --format",
  },
  config: {
    value: "FILE",
    commands: ["lint"],
    help: "use this configuration for every file; its patterns count from the current folder",
  },
  profile: { value: "NAME", commands: ["lint"], help: "recommended (default) or strict" },
  rule: {
    value: "NAME=SEVERITY",
    multiple: true,
    commands: ["lint"],
    help: "set a rule to error, warning, info or off; may be repeated",
  },
  "fail-on": {
    value: "SEVERITY",
    commands: ["lint"],
    help: "exit with 1 from this severity on: error, warning (default), info or never",
  },
  fix: { commands: ["lint"], help: "apply every safe fix, then report what is left" },
  "unsafe-fixes": {
    commands: ["lint"],
    help: "with --fix: also apply fixes that may lock out, break a client or replace a resource",
  },
  parameters: {
    value: "NAME=VALUE…",
    multiple: true,
    commands: ["lint"],
    help: "values of template parameters; several may follow one --parameters",
  },
  region: { value: "REGION", commands: ["lint"], help: "the region that AWS::Region stands for" },
  account: { value: "ACCOUNT", commands: ["lint"], help: "the account that AWS::AccountId stands for" },
  "show-unknown": { commands: ["lint"], help: "list what could not be told (JSON always does)" },
  "strict-unknown": {
    commands: ["lint"],
    help: "let what could not be told fail the run like a finding; lists it too",
  },
  "no-inline-suppressions": {
    commands: ["lint"],
    help: "ignore every suppression that is written in templates",
  },
  "stdin-filename": {
    value: "FILE",
    commands: ["lint"],
    help: "what to call standard input (path -): decides its configuration and its links",
  },
  quiet: {
    short: "q",
    commands: ["lint"],
    help: "findings only: no summary, notices or progress (failures are still told)",
  },
  stdio: { commands: ["lsp"], help: "speak over standard input and output" },
  clientProcessId: { value: "PID", commands: ["lsp"], help: "end when this process ends" },
  "no-color": { commands: ["lint", "rules"], help: "no colours, like the environment variable NO_COLOR" },
  help: { short: "h", commands: COMMANDS, help: "this help; behind a command, that command's" },
  version: { short: "V", commands: COMMANDS, help: "the version" },
} as const satisfies { [name: string]: OptionShape };

export type OptionName = keyof typeof OPTIONS;
export const OPTION_NAMES = Object.keys(OPTIONS) as OptionName[];

/** A command line, split but not yet understood. */
export interface Arguments {
  command: Command;
  /** False where no command was written and `lint` was taken. */
  commandWritten: boolean;
  switches: ReadonlySet<OptionName>;
  values: ReadonlyMap<OptionName, readonly string[]>;
  positionals: readonly string[];
}

export function shapeOf(name: OptionName): OptionShape {
  return OPTIONS[name];
}

/** Throws a `Failure` of one line for what is no option of the command, lacks its value, has one too many or is repeated in vain. */
export function parseArguments(argv: readonly string[]): Arguments {
  const switches = new Set<OptionName>();
  const values = new Map<OptionName, string[]>();
  const positionals: string[] = [];
  let command: Command | undefined;
  // `--parameters A=1 B=2` goes on until something is no assignment.
  let inParameters = false;
  for (const token of tokensOf(argv)) {
    if (token.kind === "option-terminator") {
      inParameters = false;
      continue;
    }
    if (token.kind === "positional") {
      const named = COMMANDS.find((name) => name === token.value);
      if (inParameters && /^[A-Za-z0-9]+=/.test(token.value)) values.get("parameters")?.push(token.value);
      else if (named && !command && positionals.length === 0 && !isEscaped(argv, token.index)) command = named;
      else positionals.push(token.value);
      inParameters &&= /^[A-Za-z0-9]+=/.test(token.value);
      continue;
    }
    const name = OPTION_NAMES.find((known) => known === token.name);
    if (!name) {
      const candidates = OPTION_NAMES.filter((known) => shapeOf(known).commands.includes(command ?? "lint"));
      throw new Failure(
        `unknown option ${token.rawName}${didYouMean(
          token.rawName,
          candidates.map((known) => `--${known}`),
        )}`,
      );
    }
    readOption(name, token, switches, values);
    inParameters = name === "parameters";
  }
  const wanted = command ?? "lint";
  for (const name of [...switches, ...values.keys()]) {
    if (!shapeOf(name).commands.includes(wanted)) throw new Failure(`--${name} is no option of ddblint ${wanted}`);
  }
  return { command: wanted, commandWritten: command !== undefined, switches, values, positionals };
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

/** `strict` would throw messages of several lines: every check it makes is made here, on its tokens. */
function tokensOf(argv: readonly string[]): Token[] {
  const options: ParseArgsConfig["options"] = Object.fromEntries(
    OPTION_NAMES.map((name) => {
      const { value, short } = shapeOf(name);
      return [name, { type: value ? "string" : "boolean", ...(short && { short }) }];
    }),
  );
  return parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

function readOption(
  name: OptionName,
  token: Extract<Token, { kind: "option" }>,
  switches: Set<OptionName>,
  values: Map<OptionName, string[]>,
): void {
  const { value: placeholder, multiple } = shapeOf(name);
  if (!placeholder) {
    if (token.value !== undefined) throw new Failure(`${token.rawName} takes no value`);
    switches.add(name);
    return;
  }
  const { value } = token;
  if (value === undefined || value === "" || (!token.inlineValue && value.startsWith("-") && value.length > 1)) {
    throw new Failure(`${token.rawName} needs a value: ${token.rawName} ${placeholder}`);
  }
  const before = values.get(name);
  if (before && !multiple) throw new Failure(`${token.rawName} is given twice`);
  if (before) before.push(value);
  else values.set(name, [value]);
}

/** Does the word stand behind `--`? Then it is a path, whatever it is called. */
function isEscaped(argv: readonly string[], index: number): boolean {
  const end = argv.indexOf("--");
  return end >= 0 && end < index;
}
