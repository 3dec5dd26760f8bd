import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import type { Configuration } from "../core/lint/configuration.ts";
import { DEFAULT_CONFIGURATION, ruleValuesOf } from "../core/lint/configuration.ts";
import { type FileSelection, fileSelection } from "../core/lint/file-selection.ts";
import { configurationFinder, type FolderConfiguration, folderConfiguration } from "../core/lint/find-configuration.ts";
import { positionAt } from "../core/syntax/source-text.ts";
import type { Inputs } from "../core/template/template.ts";
import { Failure } from "./failure.ts";
import type { LintOptions } from "./lint-options.ts";
import { reportedPath, withSlashes } from "./paths.ts";
import { readTextFile } from "./read-file.ts";

/** What holds for the files of a folder: its configuration file, and the command line on top. */
export interface FolderSettings {
  configuration: Configuration;
  inputs: Inputs;
  /** Folders with the same value are linted as one project; undefined: the project of the command line. */
  project: string | undefined;
  /** Absolute native paths. */
  includes(path: string): boolean;
  excludes(path: string, isFolder: boolean): boolean;
}

type Wanted = Pick<
  LintOptions,
  "config" | "profile" | "rules" | "inlineSuppressions" | "parameters" | "region" | "account"
>;

/**
 * Settings by folder (absolute native path). Throws a `Failure` for a configuration that is broken or cannot be read: linting with half a
 * configuration would report the wrong things.
 */
export function settingsFinder(
  options: Wanted,
  workingFolder: string,
  ruleNames: readonly string[],
  today: string,
): (folder: string) => FolderSettings {
  const find = finderFor(options.config, workingFolder, ruleNames);
  const known = new Map<string, FolderSettings>();
  return (folder) => {
    const found = find(withSlashes(folder));
    const key = `${found.file?.path ?? ""}\n${found.project ?? ""}`;
    const before = known.get(key);
    if (before) return before;
    refuseProblems(found, workingFolder);
    const settings = settingsOf(found, options, today);
    known.set(key, settings);
    return settings;
  };
}

function finderFor(
  named: string | undefined,
  workingFolder: string,
  ruleNames: readonly string[],
): (folder: string) => FolderConfiguration {
  if (named === undefined) return configurationFinder({ exists: existsSync, read: readConfigurationFile }, ruleNames);
  const path = resolve(workingFolder, named);
  const text = readConfigurationFile(path);
  if (text === undefined) throw new Failure(`--config ${named}: no such file`);
  const only = folderConfiguration(withSlashes(path), text, withSlashes(workingFolder), ruleNames);
  return () => only;
}

function readConfigurationFile(path: string): string | undefined {
  const read = readTextFile(path);
  if ("text" in read) return read.text;
  if (read.missing) return undefined;
  throw new Failure(`${path}: ${read.problem}`);
}

function refuseProblems({ file, problems }: FolderConfiguration, workingFolder: string): void {
  if (!file || problems.length === 0) return;
  const name = reportedPath(resolve(file.path), workingFolder);
  throw new Failure(
    ...problems.map(({ start, message }) => {
      const { line, character } = positionAt(file.source, start);
      return `${name}:${line + 1}:${character + 1}: ${message}`;
    }),
  );
}

function settingsOf(
  { configuration, base, project }: FolderConfiguration,
  options: Wanted,
  today: string,
): FolderSettings {
  const region = options.region ?? configuration.region;
  const account = options.account ?? configuration.account;
  return {
    configuration: {
      profile: options.profile ?? configuration.profile ?? DEFAULT_CONFIGURATION.profile,
      rules: new Map([...configuration.rules, ...options.rules]),
      inlineSuppressions: options.inlineSuppressions,
      values: ruleValuesOf(configuration),
      today,
    },
    inputs: {
      parameters: new Map([...configuration.parameters, ...options.parameters]),
      ...(region !== undefined && { region }),
      ...(account !== undefined && { account }),
    },
    project,
    ...onAbsolutePaths(fileSelection(configuration.files), base),
  };
}

function onAbsolutePaths(selection: FileSelection, base: string): Pick<FolderSettings, "includes" | "excludes"> {
  const inside = (path: string) => {
    const below = relative(base, path);
    return isAbsolute(below) ? "" : withSlashes(below);
  };
  return {
    includes: (path) => selection.includes(inside(path)),
    excludes: (path, isFolder) => selection.excludes(inside(path), isFolder),
  };
}
