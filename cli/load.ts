import { dirname, resolve } from "node:path";
import { inEnvironment } from "../core/cdk/environment.ts";
import { sourceText } from "../core/syntax/source-text.ts";
import { detectTemplate } from "../core/template/detect.ts";
import { readTemplate } from "../core/template/read.ts";
import type { Template } from "../core/template/template.ts";
import { type AssemblyReader, environmentBeside } from "./assembly.ts";
import type { FolderSettings } from "./configuration.ts";
import type { Candidate, Problem } from "./files.ts";
import { comparePaths, reportedPath } from "./paths.ts";
import { type FileText, readTextFile, startsLikeTemplate } from "./read-file.ts";

/** A template as it was read, and what holds for it. */
export interface Loaded {
  template: Template;
  settings: FolderSettings;
  /** Absolute, native; undefined for standard input. */
  path: string | undefined;
  /** The text with its byte order mark. */
  raw: string;
  origins: ReadonlySet<string>;
}

export interface Loading {
  loaded: Loaded[];
  problems: Problem[];
}

/** Reads and recognises the candidates. What is no template is passed over silently, unless it was named. */
export function loadTemplates(
  candidates: readonly Candidate[],
  settingsOf: (folder: string) => FolderSettings,
  onFile: (done: number) => void,
): Loading {
  const loaded: Loaded[] = [];
  const problems: Problem[] = [];
  for (const [index, candidate] of candidates.entries()) {
    onFile(index);
    const { path, file, named, listed, environment } = candidate;
    const read = readTextFile(path);
    if ("problem" in read) {
      // Data files may be as long as they like, and a file of a folder may go while we look.
      const matters = named || listed || (!read.missing && (read.denied || startsLikeTemplate(path)));
      if (matters) problems.push({ file, message: read.problem });
      continue;
    }
    const source = sourceText(read.text);
    if (!listed) {
      const detection = detectTemplate(source.text);
      if (!detection.template) {
        if (named) problems.push({ file, message: `it is no template: ${detection.reason}` });
        continue;
      }
    }
    const settings = settingsOf(dirname(path));
    const template = readTemplate(file, source, inEnvironment(settings.inputs, environment));
    loaded.push({ template, settings, path, raw: read.text, origins: candidate.origins });
  }
  return { loaded, problems };
}

/** What standard input is called where nothing else is said. */
export const STANDARD_INPUT = "<stdin>";

/** Standard input as a template; it takes the place of a file of the same name. */
export function loadStandardInput(
  read: FileText,
  name: string | undefined,
  workingFolder: string,
  settingsOf: (folder: string) => FolderSettings,
  assemblyIn: AssemblyReader,
): Loaded | Problem {
  const path = name === undefined ? undefined : resolve(workingFolder, name);
  const file = path === undefined ? STANDARD_INPUT : reportedPath(path, workingFolder);
  if ("problem" in read) return { file, message: read.problem };
  const source = sourceText(read.text);
  const detection = detectTemplate(source.text);
  if (!detection.template) return { file, message: `it is no template: ${detection.reason}` };
  const settings = settingsOf(path === undefined ? workingFolder : dirname(path));
  const environment = path === undefined ? undefined : environmentBeside(assemblyIn, path);
  const template = readTemplate(file, source, inEnvironment(settings.inputs, environment));
  return { template, settings, path: undefined, raw: read.text, origins: new Set(["-"]) };
}

/** Puts standard input among the files, in the place of the one of the same name. */
export function withStandardInput(loaded: readonly Loaded[], input: Loaded): Loaded[] {
  const others = loaded.filter((each) => each.template.file !== input.template.file);
  return [...others, input].sort((a, b) => comparePaths(a.template.file, b.template.file));
}
