import {
  CONFIGURATION_FILE,
  EMPTY_FILE_CONFIGURATION,
  type FileConfiguration,
} from "../core/lint/configuration-file.ts";
import { type FileSelection, fileSelection } from "../core/lint/file-selection.ts";
import { configurationFinder, type FolderConfiguration } from "../core/lint/find-configuration.ts";
import type { Files } from "./files.ts";
import { inside, parentOf, pathOf } from "./uri.ts";

/** The `.ddblint.yaml` files. What they say is asked for synchronously, once `prepare` has read what the answer needs. */
export interface Configurations {
  /** Reads what decides which configuration holds in a folder, once. */
  prepare(folder: string): Promise<void>;
  /**
   * What holds for the files of a folder that has been prepared. A configuration with mistakes in it counts as empty: the mistakes are
   * shown in the file itself.
   */
  at(folder: string): FolderConfiguration;
  /** Reads everything anew; until that is done the old answers hold. */
  reload(): Promise<void>;
}

/** Configurations longer than this are nobody's; bytes. */
const MAX_LENGTH = 1_000_000;

const ROOT = "file:///";

export function configurations(
  files: Files,
  ruleNames: readonly string[],
  log: (line: string) => void,
): Configurations {
  let answers: Answers = { disk: new Map(), found: new Map() };
  const prepare = async (into: Answers, folder: string): Promise<void> => {
    while (!into.found.has(folder)) {
      const missing = new Map<string, Fetch>();
      const result = look(into, missing, ruleNames, folder);
      if (missing.size === 0) into.found.set(folder, usable(result, log));
      for (const [path, fetch] of missing) into.disk.set(path, await fetch(files, inside(ROOT, path)));
    }
  };
  return {
    prepare: async (folder) => {
      if (folder.startsWith(ROOT)) await prepare(answers, folder);
    },
    at: (folder) => answers.found.get(folder) ?? NOTHING,
    reload: async () => {
      const old = answers;
      const fresh: Answers = { disk: new Map(), found: new Map() };
      for (const folder of old.found.keys()) await prepare(fresh, folder);
      answers = fresh;
    },
  };
}

/** What the disk said, by path: a text, whether there is something, or that there is no such file. */
interface Answers {
  disk: Map<string, string | boolean | undefined>;
  found: Map<string, FolderConfiguration>;
}

type Fetch = (files: Files, uri: string) => Promise<string | boolean | undefined>;

function look({ disk }: Answers, missing: Map<string, Fetch>, ruleNames: readonly string[], folder: string) {
  const find = configurationFinder(
    {
      read: (path) => {
        const answer = disk.get(path);
        if (!disk.has(path)) missing.set(path, (files, uri) => files.read(uri, MAX_LENGTH));
        return typeof answer === "string" ? answer : undefined;
      },
      exists: (path) => {
        if (!disk.has(path)) missing.set(path, (files, uri) => files.exists(uri));
        // Not known yet: nothing above is asked for before it is known that the repository does not end here.
        return disk.get(path) !== false;
      },
    },
    ruleNames,
  );
  return find(pathOf(folder));
}

function usable(found: FolderConfiguration, log: (line: string) => void): FolderConfiguration {
  const [first] = found.problems;
  if (!first) return found;
  log(`${found.file?.path ?? CONFIGURATION_FILE} is not used: ${first.message}`);
  return { ...found, configuration: EMPTY_FILE_CONFIGURATION };
}

const NOTHING: FolderConfiguration = { configuration: EMPTY_FILE_CONFIGURATION, problems: [], base: "/" };

/** Where no folder has a configuration: virtual file systems, and tests. */
export const NO_CONFIGURATIONS: Configurations = { prepare: async () => {}, at: () => NOTHING, reload: async () => {} };

/** The folder whose configuration holds for a file. */
export function folderOf(uri: string): string {
  return parentOf(uri) ?? uri;
}

const selections = new WeakMap<FileConfiguration, FileSelection>();

/** What a configuration's `files` says about one file or folder. */
export function selectionOf(
  { configuration, base }: FolderConfiguration,
  uri: string,
  isFolder: boolean,
): "included" | "excluded" | undefined {
  const prefix = base.endsWith("/") ? base : `${base}/`;
  const path = pathOf(uri);
  if (!path.startsWith(prefix)) return undefined;
  let selection = selections.get(configuration);
  if (!selection) {
    selection = fileSelection(configuration.files);
    selections.set(configuration, selection);
  }
  const relative = path.slice(prefix.length);
  if (selection.excludes(relative, isFolder)) return "excluded";
  return !isFolder && selection.includes(relative) ? "included" : undefined;
}
