import {
  type AliasNode,
  allEntries,
  type MapNode,
  type Node,
  type ScalarNode,
  type Span,
  withoutAlias,
} from "../syntax/node.ts";
import { parse } from "../syntax/parse.ts";
import { EXPECTATIONS, type Expectation, NO_RULE_VALUES, type Profile, type RuleValues } from "./configuration.ts";
import {
  type Read,
  readAccount,
  readLevel,
  readParameterName,
  readProfile,
  readRegion,
  readRuleName,
} from "./configuration-values.ts";
import type { Severity } from "./severity.ts";
import { didYouMean } from "./suggest.ts";

/** The name under which a configuration is looked for, from a file's folder upwards. */
export const CONFIGURATION_FILE = ".ddblint.yaml";

/** What a `.ddblint.yaml` says. A key that is not written is undefined, or empty. */
export interface FileConfiguration extends RuleValues {
  /** Ends the search for configurations, and makes the folder a project of its own. */
  root: boolean;
  profile?: Profile;
  rules: ReadonlyMap<string, Severity | "off">;
  /** Patterns as in `.gitignore`, from the configuration's folder. */
  files: { include: readonly string[]; exclude: readonly string[] };
  /** Parameter name → value as text; a list is joined by commas. */
  parameters: ReadonlyMap<string, string>;
  region?: string;
  account?: string;
}

export const EMPTY_FILE_CONFIGURATION: FileConfiguration = {
  root: false,
  rules: new Map(),
  files: { include: [], exclude: [] },
  parameters: new Map(),
  ...NO_RULE_VALUES,
};

/** Something wrong in a configuration. Offsets are UTF-16 units in the text it was read from. */
export interface ConfigurationProblem extends Span {
  message: string;
}

/** Never throws. `configuration` holds what could be understood; it should not be used where there are problems. */
export interface ConfigurationResult {
  configuration: FileConfiguration;
  /** In the order of the text. */
  problems: ConfigurationProblem[];
}

/** Reads the text of a configuration file (without a byte order mark). Empty texts configure nothing. */
export function readConfiguration(text: string, ruleNames: readonly string[]): ConfigurationResult {
  const tree = parse(text, { comments: true });
  const problems: ConfigurationProblem[] = tree.problems.map(({ message, start, end }) => ({ message, start, end }));
  const configuration: Mutable<FileConfiguration> = { ...EMPTY_FILE_CONFIGURATION };
  const root = withoutAlias(tree.root);
  const reader: Reader = {
    ruleNames,
    problem: (at, message) => {
      problems.push({ message, start: at.start, end: at.end });
    },
  };
  if (root?.kind === "map") {
    eachEntry(reader, root, "key", Object.keys(KEYS), (key, value) => KEYS[key]?.(reader, value, configuration));
  } else if (root && !isNull(root)) {
    reader.problem(root, "a configuration is a map of keys such as `profile` and `rules`");
  }
  problems.sort((a, b) => a.start - b.start);
  return { configuration, problems };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Plain = Exclude<Node, AliasNode>;

interface Reader {
  ruleNames: readonly string[];
  problem(at: Span, message: string): void;
}

type ReadKey = (reader: Reader, value: Plain, configuration: Mutable<FileConfiguration>) => void;

const KEYS: { readonly [key: string]: ReadKey } = {
  root: (reader, value, configuration) => {
    configuration.root = readBoolean(reader, value) ?? false;
  },
  profile: (reader, value, configuration) => {
    const profile = readWith(reader, value, readProfile);
    if (profile) configuration.profile = profile;
  },
  rules: (reader, value, configuration) => {
    const rules = new Map<string, Severity | "off">();
    eachEntry(reader, value, "rule", reader.ruleNames, (name, level) => {
      const severity = readWith(reader, level, readLevel);
      if (severity) rules.set(name, severity);
    });
    configuration.rules = rules;
  },
  files: (reader, value, configuration) => {
    const files = { ...configuration.files };
    eachEntry(reader, value, "key", ["include", "exclude"], (key, patterns) => {
      files[key === "include" ? "include" : "exclude"] = readList(reader, patterns);
    });
    configuration.files = files;
  },
  parameters: (reader, value, configuration) => {
    const parameters = new Map<string, string>();
    eachEntry(reader, value, "parameter", undefined, (name, content, key) => {
      readWith(reader, key, readParameterName);
      const texts = content.kind === "sequence" ? readList(reader, content) : [readText(reader, content)];
      const known = texts.filter((text) => text !== undefined);
      if (known.length === texts.length) parameters.set(name, known.join(","));
    });
    configuration.parameters = parameters;
  },
  region: (reader, value, configuration) => {
    const region = readWith(reader, value, readRegion);
    if (region) configuration.region = region;
  },
  account: (reader, value, configuration) => {
    const account = readWith(reader, value, readAccount);
    if (account) configuration.account = account;
  },
  trustedAccounts: (reader, value, configuration) => {
    configuration.trustedAccounts = readList(reader, value, readAccount);
  },
  allowedRegions: (reader, value, configuration) => {
    configuration.allowedRegions = readList(reader, value, readRegion);
  },
  requiredTags: (reader, value, configuration) => {
    configuration.requiredTags = readList(reader, value);
  },
  classificationTag: (reader, value, configuration) => {
    const tag = readText(reader, value);
    if (tag !== undefined) configuration.classificationTag = tag;
  },
  sensitiveValues: (reader, value, configuration) => {
    configuration.sensitiveValues = readList(reader, value);
  },
  minRecoveryDays: (reader, value, configuration) => {
    const days = value.kind === "scalar" ? value.value : undefined;
    if (typeof days === "number" && Number.isInteger(days) && days >= 1 && days <= 35) {
      configuration.minRecoveryDays = days;
    } else {
      reader.problem(value, "expected a whole number of days from 1 to 35");
    }
  },
  requireVpce: (reader, value, configuration) => {
    configuration.requireVpce = readBoolean(reader, value) ?? false;
  },
  requireFips: (reader, value, configuration) => {
    configuration.requireFips = readBoolean(reader, value) ?? false;
  },
  expects: (reader, value, configuration) => {
    const expects: Expectation[] = [];
    eachEntry(reader, value, "key", EXPECTATIONS, (name, content) => {
      const expectation = EXPECTATIONS.find((known) => known === name);
      if (readBoolean(reader, content) && expectation) expects.push(expectation);
    });
    configuration.expects = expects;
  },
};

/** Visits the entries of a map whose keys are known (undefined: any key will do); tells about the others, and about what is no map. */
function eachEntry(
  reader: Reader,
  node: Plain,
  noun: string,
  known: readonly string[] | undefined,
  visit: (name: string, value: Plain, key: ScalarNode) => void,
): void {
  if (isNull(node)) return;
  if (node.kind !== "map") {
    reader.problem(node, "expected a map");
    return;
  }
  for (const { key, value } of entriesOf(node)) {
    if (known && !known.includes(key.text)) {
      reader.problem(
        key,
        noun === "rule"
          ? problemOf(readRuleName(key.text, known))
          : `unknown ${noun} "${key.text}"${didYouMean(key.text, known)}`,
      );
      continue;
    }
    const plain = withoutAlias(value);
    if (plain) visit(key.text, plain, key);
    else reader.problem(value, "the alias leads nowhere");
  }
}

function entriesOf(map: MapNode) {
  return [...allEntries(map)];
}

function problemOf(read: Read<unknown>): string {
  return "problem" in read ? read.problem : "";
}

function isNull(node: Plain): boolean {
  return node.kind === "scalar" && node.value === null;
}

function readBoolean(reader: Reader, node: Plain): boolean | undefined {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  reader.problem(node, "expected true or false");
  return undefined;
}

function readText(reader: Reader, node: Plain): string | undefined {
  if (node.kind === "scalar" && node.value !== null) return node.text;
  reader.problem(node, "expected a text");
  return undefined;
}

function readWith<T>(reader: Reader, node: Plain, read: (text: string) => Read<T>): T | undefined {
  const text = readText(reader, node);
  if (text === undefined) return undefined;
  const result = read(text);
  if ("value" in result) return result.value;
  reader.problem(node, result.problem);
  return undefined;
}

/** A lone text counts as a list of one. */
function readList(
  reader: Reader,
  node: Plain,
  read: (text: string) => Read<string> = (value) => ({ value }),
): string[] {
  if (isNull(node)) return [];
  const items = node.kind === "sequence" ? node.items : [node];
  return items.flatMap((item) => {
    const plain = withoutAlias(item);
    if (plain) return readWith(reader, plain, read) ?? [];
    reader.problem(item, "the alias leads nowhere");
    return [];
  });
}
