import type { TextDocument } from "vscode-languageserver-textdocument";
import type { Rule } from "../core/lint/rule.ts";
import type { ClientFeatures } from "./client-features.ts";
import type { Configurations } from "./configurations.ts";
import type { FolderIndex } from "./folder-index.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import { type TextFile, textFile } from "./text-file.ts";
import { pathOf, relative } from "./uri.ts";

/** Everything the answers depend on. The wiring changes it; what answers only reads it. All URIs are canonical. */
export interface State {
  rules: readonly Rule[];
  client: ClientFeatures;
  /** Workspace folders. */
  folders: readonly string[];
  /** Open documents by URI. */
  documents: Map<string, OpenDocument>;
  /** What is known of the folders' other templates, by folder. */
  indexes: Map<string, FolderIndex>;
  /** Settings by workspace folder; `NO_FOLDER` for files outside them. */
  settings: Map<string, Settings>;
  configurations: Configurations;
  /** ISO date against which suppressions expire. */
  today(): string;
  /** Something that went wrong, in one line, for the log. */
  log(line: string): void;
}

export const NO_FOLDER = "";

export interface OpenDocument {
  /** The URI as the client writes it. */
  clientUri: string;
  version: number;
  /** The text of this version. */
  readonly file: TextFile;
}

/** Nothing is done with a text before somebody asks about it: most changes of a burst are never looked at. */
export function openDocument(folders: readonly string[], uri: string, text: TextDocument): OpenDocument {
  let file: TextFile | undefined;
  return {
    clientUri: text.uri,
    version: text.version,
    get file() {
      file ??= textFile(uri, projectKeyOf(folders, uri), text.getText());
      return file;
    },
  };
}

/** The innermost workspace folder a file lies in, or `NO_FOLDER`. */
export function workspaceFolderOf(folders: readonly string[], uri: string): string {
  const around = folders.filter((folder) => relative(folder, uri));
  return around.sort((a, b) => b.length - a.length)[0] ?? NO_FOLDER;
}

export function settingsOf(state: State, uri: string): Settings {
  return state.settings.get(workspaceFolderOf(state.folders, uri)) ?? DEFAULT_SETTINGS;
}

/** The key of a file in its project: relative to its workspace folder, else its whole path; for other schemes the URI. */
export function projectKeyOf(folders: readonly string[], uri: string): string {
  const path = relative(workspaceFolderOf(folders, uri), uri);
  return path ?? (uri.startsWith("file:") ? pathOf(uri) : uri);
}
