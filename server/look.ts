import type { Configuration } from "../core/lint/configuration.ts";
import { CONFIGURATION_FILE } from "../core/lint/configuration-file.ts";
import type { Finding } from "../core/lint/finding.ts";
import { type LintResult, lintTemplate } from "../core/lint/lint.ts";
import { createProject, type Project } from "../core/model/project.ts";
import type { Template } from "../core/template/template.ts";
import { folderOf, selectionOf } from "./configurations.ts";
import { environmentIn, isInView, isListed } from "./folder-index.ts";
import { inputsOf, ruleConfiguration } from "./rule-configuration.ts";
import { say } from "./say.ts";
import { NO_FOLDER, type OpenDocument, type State, settingsOf, workspaceFolderOf } from "./state.ts";
import { type TextFile, templateOf } from "./text-file.ts";
import { nameOf } from "./uri.ts";

/** How the server sees one open document. */
export type Look =
  /** In words that fit behind "because". */
  | { linted: false; reason: string }
  | {
      linted: true;
      document: OpenDocument;
      project: Project;
      template: Template;
      configuration: Configuration;
      /** What is shown: findings of this file that are not suppressed, in the order of their places. */
      findings: readonly Finding[];
      /** The files of the project's templates, by the template's key. */
      files: ReadonlyMap<string, TextFile>;
    };

/** Looks at a document as it is now, with everything around it. Costs nothing when nothing has changed since the last look. Never throws. */
export function lookAt(state: State, uri: string): Look {
  const document = state.documents.get(uri);
  if (!document) return { linted: false, reason: "it is not open" };
  const settings = settingsOf(state, uri);
  if (!settings.enable) return { linted: false, reason: "the setting ddblint.enable is off" };
  const refusal = refusalOf(state, document.file);
  if (refusal !== undefined) return { linted: false, reason: refusal };
  const files = filesInView(state, document);
  const templates = [...files.values()].flatMap((file) => readSafely(state, file) ?? []);
  const project = projectOf(state, templates);
  const template = project?.byFile.get(document.file.path);
  if (!project || !template) return { linted: false, reason: "reading it failed, which the log tells more about" };
  const configuration = ruleConfiguration(settings, configurationOf(state, uri).configuration, state.today());
  const { findings } = lint(state, project, template, configuration);
  return { linted: true, document, project, template, configuration, findings, files };
}

/** Why a file is no template that is linted, or undefined. */
function refusalOf(state: State, { uri, detection }: TextFile): string | undefined {
  if (nameOf(uri) === CONFIGURATION_FILE) return "it is the configuration of this linter";
  const index = state.indexes.get(workspaceFolderOf(state.folders, uri));
  if (!detection.template && !(index && isListed(index, uri))) return detection.reason;
  return selectionOf(configurationOf(state, uri), uri, false) === "excluded"
    ? `the configuration leaves it out (files.exclude in ${CONFIGURATION_FILE})`
    : undefined;
}

function configurationOf(state: State, uri: string) {
  return state.configurations.at(folderOf(uri));
}

/**
 * The files that are linted together with an open document, itself among them, by their keys and in the order of these: the open templates
 * of its workspace folder, and those on disk once the folder is indexed. A nearer configuration with `root: true` makes a project of its own.
 */
function filesInView(state: State, document: OpenDocument): Map<string, TextFile> {
  const { file } = document;
  const folder = workspaceFolderOf(state.folders, file.uri);
  const index = state.indexes.get(folder);
  const alone = folder === NO_FOLDER || settingsOf(state, file.uri).project === "file";
  if (alone || (index && !isInView(index, file.uri))) return new Map([[file.path, file]]);
  const { project } = configurationOf(state, file.uri);
  const files = new Map<string, TextFile>();
  const add = (other: TextFile): void => {
    if (configurationOf(state, other.uri).project === project) files.set(other.path, other);
  };
  for (const other of index?.files.values() ?? []) if (!state.documents.has(other.uri)) add(other);
  for (const { file: other } of state.documents.values()) {
    if (other !== file && workspaceFolderOf(state.folders, other.uri) !== folder) continue;
    if (refusalOf(state, other) === undefined && (!index || isInView(index, other.uri))) add(other);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** A reader that throws costs one line in the log, and the one file. */
function readSafely(state: State, file: TextFile): Template | undefined {
  try {
    const index = state.indexes.get(workspaceFolderOf(state.folders, file.uri));
    const environment = index && environmentIn(index, file.uri);
    return templateOf(file, inputsOf(configurationOf(state, file.uri).configuration, environment));
  } catch (error) {
    state.log(`Reading ${file.path} failed: ${say(error)}`);
    return undefined;
  }
}

interface Linked {
  templates: readonly Template[];
  project: Project;
}

/** The last projects, so that asking again about the same templates links nothing anew. */
const recent = new WeakMap<State, Linked[]>();
const MAX_RECENT = 8;

function projectOf(state: State, templates: readonly Template[]): Project | undefined {
  const linked = recent.get(state) ?? [];
  recent.set(state, linked);
  const position = linked.findIndex(
    (other) =>
      other.templates.length === templates.length &&
      other.templates.every((template, index) => template === templates[index]),
  );
  const [known] = position < 0 ? [] : linked.splice(position, 1);
  try {
    const entry = known ?? { templates, project: createProject(templates) };
    linked.push(entry);
    if (linked.length > MAX_RECENT) linked.shift();
    return entry.project;
  } catch (error) {
    state.log(`Linking ${templates.length} templates failed: ${say(error)}`);
    return undefined;
  }
}

const results = new WeakMap<Project, Map<string, LintResult>>();

/** Lints once for the same project and configuration. */
function lint(state: State, project: Project, template: Template, configuration: Configuration): LintResult {
  const { profile, rules, today } = configuration;
  const key = JSON.stringify([template.file, profile, [...rules], today]);
  const known = results.get(project) ?? new Map<string, LintResult>();
  results.set(project, known);
  let result = known.get(key);
  if (!result) {
    result = lintSafely(state, project, template, configuration);
    known.set(key, result);
  }
  return result;
}

function lintSafely(state: State, project: Project, template: Template, configuration: Configuration): LintResult {
  try {
    const result = lintTemplate(project, template, state.rules, configuration);
    for (const { rule, error } of result.failures)
      state.log(`The rule ${rule} failed on ${template.file}: ${say(error)}`);
    const shown = result.findings.filter((finding) => !finding.suppressed && finding.template.file === template.file);
    return { ...result, findings: shown };
  } catch (error) {
    state.log(`Linting ${template.file} failed: ${say(error)}`);
    return { findings: [], unknown: [], failures: [] };
  }
}
