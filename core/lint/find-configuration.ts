import { type SourceText, sourceText } from "../syntax/source-text.ts";
import {
  CONFIGURATION_FILE,
  type ConfigurationProblem,
  EMPTY_FILE_CONFIGURATION,
  type FileConfiguration,
  readConfiguration,
} from "./configuration-file.ts";

/** How the search sees a file system: absolute paths with forward slashes. */
export interface ConfigurationReader {
  /** Is there a file or folder of this name? */
  exists(path: string): boolean;
  /** The file's text, or undefined where there is no such file. */
  read(path: string): string | undefined;
}

/** What holds for the files of one folder. */
export interface FolderConfiguration {
  configuration: FileConfiguration;
  /** Where it was read, and what `problems` speak of; undefined where no file was found. */
  file?: { path: string; source: SourceText };
  problems: readonly ConfigurationProblem[];
  /** The folder from which the patterns of `files` count: that of the configuration file. */
  base: string;
  /** The nearest folder, this one or above, whose configuration says `root: true`: files of one project share it. */
  project?: string;
}

/**
 * Looks for the nearest configuration from a folder upwards, each folder once. The repository's root (where `.git` lies) and a
 * configuration that says `root: true` end the search. Configurations are not merged: the nearest one is the one that counts.
 */
export function configurationFinder(
  reader: ConfigurationReader,
  ruleNames: readonly string[],
): (folder: string) => FolderConfiguration {
  const known = new Map<string, FolderConfiguration>();
  const find = (folder: string): FolderConfiguration => {
    const before = known.get(folder);
    if (before) return before;
    const found = look(folder);
    known.set(folder, found);
    return found;
  };
  const look = (folder: string): FolderConfiguration => {
    const own = readFolder(reader, ruleNames, folder);
    if (own?.configuration.root) return { ...own, project: folder };
    const parent = parentOf(folder);
    const above = parent === undefined || reader.exists(join(folder, ".git")) ? nothing(folder) : find(parent);
    return own ? { ...own, ...(above.project !== undefined && { project: above.project }) } : above;
  };
  return find;
}

function readFolder(
  reader: ConfigurationReader,
  ruleNames: readonly string[],
  folder: string,
): FolderConfiguration | undefined {
  const path = join(folder, CONFIGURATION_FILE);
  const text = reader.read(path);
  return text === undefined ? undefined : folderConfiguration(path, text, folder, ruleNames);
}

/** A configuration file's text as what holds for `base` and below. */
export function folderConfiguration(
  path: string,
  text: string,
  base: string,
  ruleNames: readonly string[],
): FolderConfiguration {
  const source = sourceText(text);
  return { ...readConfiguration(source.text, ruleNames), file: { path, source }, base };
}

function nothing(base: string): FolderConfiguration {
  return { configuration: EMPTY_FILE_CONFIGURATION, problems: [], base };
}

function join(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** `/a/b` → `/a` → `/`; `C:/a` → `C:/`; undefined above a root. */
function parentOf(folder: string): string | undefined {
  const cut = folder.lastIndexOf("/");
  if (cut < 0 || cut === folder.length - 1) return undefined;
  const parent = folder.slice(0, cut);
  return parent === "" || /^[A-Za-z]:$/.test(parent) ? `${parent}/` : parent;
}
