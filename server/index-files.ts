import { CONFIGURATION_FILE } from "../core/lint/configuration-file.ts";
import { folderOf, selectionOf } from "./configurations.ts";
import type { Files } from "./files.ts";
import { environmentIn, type FolderIndex, isCandidate, isInView, isListed } from "./folder-index.ts";
import { type Checkpoint, pause } from "./pause.ts";
import { inputsOf } from "./rule-configuration.ts";
import { say } from "./say.ts";
import { DEFAULT_LIMITS, type Limits, scanFolder } from "./scan.ts";
import type { State } from "./state.ts";
import { MAX_TEMPLATE_BYTES, type TextFile, templateOf, textFile } from "./text-file.ts";
import { nameOf, relative } from "./uri.ts";

/** Keeps the indexes of the state in step with the disk. */
export interface Indexer {
  /** Starts to index a folder, unless that has been done or is under way. */
  ensure(folder: string): void;
  /** Files that were made, changed or removed. */
  changed(uris: readonly string[]): void;
  /** Indexes anew what has been indexed. */
  restart(): void;
  /** Stops and drops what is known of folders that are not among these. */
  keep(folders: readonly string[]): void;
}

/** Files whose change may change which files count. */
const DECIDING = new Set([".gitignore", "manifest.json", CONFIGURATION_FILE]);

/** What a run that is no longer wanted ends with. */
const SUPERSEDED = new Error("superseded");

/** More changes than this at once (another branch is checked out): looking anew at all costs no more. */
const MANY = 200;

/** A build or a checkout writes for a while; in milliseconds. */
const SETTLE_MS = 200;

/** @param onIndexed called when what is known of a folder may have changed */
export function createIndexer(
  state: State,
  files: Files,
  onIndexed: () => void,
  limits: Limits = DEFAULT_LIMITS,
): Indexer {
  /** The run that counts, by folder. A run that finds another one here stops. */
  const runs = new Map<string, object>();
  const pending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const start = (folder: string): void => {
    const run = {};
    runs.set(folder, run);
    const checkpoint: Checkpoint = async () => {
      await pause();
      if (runs.get(folder) !== run) throw SUPERSEDED;
    };
    index(folder, checkpoint).catch((error: unknown) => {
      if (error !== SUPERSEDED) state.log(`Indexing ${folder} failed: ${say(error)}`);
    });
  };

  const index = async (folder: string, checkpoint: Checkpoint): Promise<void> => {
    const found = await scanFolder(files, state.configurations, folder, checkpoint, limits);
    const before = state.indexes.get(folder);
    for (const [uri, file] of found.files) {
      const known = before?.files.get(uri);
      if (known?.text === file.text) found.files.set(uri, known);
      else readAhead(state, found, file);
      await checkpoint();
    }
    if (found.truncated && found.truncated !== before?.truncated) state.log(`${folder}: ${found.truncated}.`);
    state.indexes.set(folder, found);
    onIndexed();
  };

  const settle = async (): Promise<void> => {
    const uris = [...pending];
    pending.clear();
    let touched = false;
    for (const [folder, run] of [...runs]) {
      const own = uris.filter((uri) => relative(folder, uri));
      if (own.length === 0) continue;
      const known = state.indexes.get(folder);
      if (!known || own.length > MANY || own.some((uri) => DECIDING.has(nameOf(uri)))) start(folder);
      else for (const uri of own) if (runs.get(folder) === run && (await update(known, uri))) touched = true;
    }
    if (touched) onIndexed();
  };

  const update = async (index: FolderIndex, uri: string): Promise<boolean> => {
    await state.configurations.prepare(folderOf(uri));
    const selected = selectionOf(state.configurations.at(folderOf(uri)), uri, false);
    const listed = isListed(index, uri);
    const wanted = selected !== "excluded" && (listed || selected === "included" || isCandidate(uri));
    const text = wanted && isInView(index, uri) ? await files.read(uri, MAX_TEMPLATE_BYTES) : undefined;
    const before = index.files.get(uri);
    if (text === undefined) return removeAll(index, uri);
    if (before?.text === text) return false;
    const file = textFile(uri, relative(index.folder, uri) ?? uri, text, listed);
    if (!file.detection.template) return index.files.delete(uri);
    if (!before && index.files.size >= limits.templates) return false;
    index.files.set(uri, file);
    return true;
  };

  return {
    ensure: (folder) => {
      if (!runs.has(folder)) start(folder);
    },
    changed: (uris) => {
      if (runs.size === 0) return;
      for (const uri of uris) pending.add(uri);
      clearTimeout(timer);
      timer = setTimeout(() => void settle(), SETTLE_MS);
    },
    restart: () => {
      for (const folder of runs.keys()) start(folder);
    },
    keep: (folders) => {
      for (const folder of runs.keys()) {
        if (folders.includes(folder)) continue;
        runs.delete(folder);
        state.indexes.delete(folder);
      }
      if (runs.size === 0) clearTimeout(timer);
    },
  };
}

/** A folder that goes is told of by its own name alone. */
function removeAll({ files }: FolderIndex, uri: string): boolean {
  let removed = false;
  for (const known of [...files.keys()])
    if (relative(uri, known) !== undefined) removed = files.delete(known) || removed;
  return removed;
}

/** Reading file by file, with pauses, keeps the server answering. What fails is told when the file is looked at. */
function readAhead(state: State, index: FolderIndex, file: TextFile): void {
  try {
    const { configuration } = state.configurations.at(folderOf(file.uri));
    templateOf(file, inputsOf(configuration, environmentIn(index, file.uri)));
  } catch {
    // Told later, once.
  }
}
