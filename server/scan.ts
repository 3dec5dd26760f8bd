import type { Environment } from "../core/cdk/environment.ts";
import { assemblyTemplates } from "./assembly.ts";
import { type Configurations, folderOf, selectionOf } from "./configurations.ts";
import type { Files, Listed } from "./files.ts";
import { type FolderIndex, isCandidate } from "./folder-index.ts";
import { type IgnoreLevel, ignoreLevel, isIgnored, NEVER } from "./ignore-files.ts";
import type { Checkpoint } from "./pause.ts";
import { MAX_TEMPLATE_BYTES, type TextFile, textFile } from "./text-file.ts";
import { inside, parentOf, relative } from "./uri.ts";

/** How much of a folder is looked at. Lengths count UTF-16 units. */
export interface Limits {
  /** Files and folders listed. */
  entries: number;
  /** Files whose content is read to see whether they are templates, and their length in all. */
  reads: number;
  readLength: number;
  /** Templates kept, and their length in all. */
  templates: number;
  templateLength: number;
}

export const DEFAULT_LIMITS: Limits = {
  entries: 200_000,
  reads: 20_000,
  readLength: 200_000_000,
  templates: 2_000,
  templateLength: 20_000_000,
};

const MAX_DEPTH = 40;
const MAX_IGNORE_LENGTH = 1_000_000;

interface Scan {
  files: Files;
  configurations: Configurations;
  root: string;
  checkpoint: Checkpoint;
  left: Limits;
  templates: Map<string, TextFile>;
  ignores: IgnoreLevel[];
  assemblies: Map<string, ReadonlyMap<string, Environment>>;
  /** Real folders visited, and real files taken: each counts once. */
  seen: Set<string>;
  /** Links are followed after everything else, so that a file counts where it lies. */
  links: Entry[];
  truncated?: string;
}

interface Entry {
  uri: string;
  listed: Listed;
  depth: number;
}

/**
 * Finds the templates of a folder, as the command line does that walks it. Passes the checkpoint between files, and rejects when that does.
 */
export async function scanFolder(
  files: Files,
  configurations: Configurations,
  root: string,
  checkpoint: Checkpoint,
  limits: Limits = DEFAULT_LIMITS,
): Promise<FolderIndex> {
  const scan: Scan = {
    files,
    configurations,
    root,
    checkpoint,
    left: { ...limits },
    templates: new Map(),
    ignores: await ignoresAbove(files, root),
    assemblies: new Map(),
    seen: new Set(),
    links: [],
  };
  await visit(scan, root, 0);
  for (let link = scan.links.shift(); link; link = scan.links.shift()) await take(scan, link);
  return {
    folder: root,
    files: scan.templates,
    ignores: scan.ignores,
    assemblies: scan.assemblies,
    ...(scan.truncated && { truncated: scan.truncated }),
  };
}

/**
 * The ignore files from the repository's root down to the folder, its own left out. None where the folder is in no repository, or is itself
 * ignored: who opens an ignored folder wants to see what is in it.
 */
async function ignoresAbove(files: Files, root: string): Promise<IgnoreLevel[]> {
  const levels: IgnoreLevel[] = [];
  let folder: string | undefined = root;
  while (folder !== undefined && !(await files.exists(inside(folder, ".git")))) {
    folder = parentOf(folder);
    const level = folder === undefined ? undefined : await ignoreFileOf(files, folder);
    if (level) levels.unshift(level);
  }
  return folder === undefined || isIgnored(levels, root, "folder") ? [] : levels;
}

async function ignoreFileOf(files: Files, folder: string): Promise<IgnoreLevel | undefined> {
  const text = await files.read(inside(folder, ".gitignore"), MAX_IGNORE_LENGTH);
  return text === undefined ? undefined : ignoreLevel(folder, text);
}

async function visit(scan: Scan, folder: string, depth: number): Promise<void> {
  await scan.checkpoint();
  if (depth > MAX_DEPTH || !(await isFirst(scan, folder))) return;
  const entries = await scan.files.list(folder);
  const names = new Set(entries.map((entry) => entry.name));
  if (names.has("manifest.json") && (await visitAssembly(scan, folder))) return;
  await scan.configurations.prepare(folder);
  const level = names.has(".gitignore") ? await ignoreFileOf(scan.files, folder) : undefined;
  if (level) scan.ignores.push(level);
  for (const listed of entries) {
    if (scan.truncated) return;
    if (NEVER.has(listed.name)) continue;
    if (--scan.left.entries < 0) return stop(scan, "more files than are looked at");
    const entry = { uri: inside(folder, listed.name), listed, depth: depth + 1 };
    if (listed.link) scan.links.push(entry);
    else await take(scan, entry);
  }
}

async function take(scan: Scan, { uri, listed: { kind, link }, depth }: Entry): Promise<void> {
  if (scan.truncated) return;
  const selected = selectionOf(scan.configurations.at(folderOf(uri)), uri, kind === "folder");
  if (selected === "excluded") return;
  const ignored = isIgnored(scan.ignores, uri, kind);
  if (kind === "folder") {
    // What the CDK writes is usually ignored by git.
    if (ignored) await visitAssembly(scan, uri);
    else await visit(scan, uri, depth);
  } else if (!ignored && (selected === "included" || isCandidate(uri)) && (!link || (await isFirst(scan, uri)))) {
    await readCandidate(scan, uri, false);
    if (!link) scan.seen.add(await scan.files.realPath(uri));
  }
}

async function isFirst(scan: Scan, uri: string): Promise<boolean> {
  const real = await scan.files.realPath(uri);
  if (scan.seen.has(real)) return false;
  scan.seen.add(real);
  return true;
}

/** Takes what a cloud assembly names, and nothing else from its folder. False where the folder is none. */
async function visitAssembly(scan: Scan, folder: string): Promise<boolean> {
  const templates = await assemblyTemplates(scan.files, scan.root, folder);
  if (!templates) return false;
  scan.assemblies.set(folder, templates);
  for (const uri of [...templates.keys()].sort()) {
    await scan.configurations.prepare(folderOf(uri));
    if (!scan.truncated) await readCandidate(scan, uri, true);
  }
  return true;
}

async function readCandidate(scan: Scan, uri: string, listed: boolean): Promise<void> {
  await scan.checkpoint();
  if (--scan.left.reads < 0) return stop(scan, "more YAML and JSON files than are read");
  const text = await scan.files.read(uri, MAX_TEMPLATE_BYTES);
  if (text === undefined) return;
  scan.left.readLength -= text.length;
  if (scan.left.readLength < 0) return stop(scan, "more YAML and JSON than is read");
  const file = textFile(uri, relative(scan.root, uri) ?? uri, text, listed);
  if (!file.detection.template) return;
  scan.left.templateLength -= text.length;
  if (--scan.left.templates < 0 || scan.left.templateLength < 0) return stop(scan, "more templates than are kept");
  scan.templates.set(uri, file);
}

function stop(scan: Scan, why: string): void {
  scan.truncated = `the folder has ${why}`;
}
