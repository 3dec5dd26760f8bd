import { sourceText } from "../core/syntax/source-text.ts";
import { type Detection, detectTemplate, MAX_TEMPLATE_LENGTH } from "../core/template/detect.ts";
import { readTemplate } from "../core/template/read.ts";
import type { Inputs, Template } from "../core/template/template.ts";

/** One text of a file, open or on disk. A changed text is another `TextFile`. */
export interface TextFile {
  /** Canonical. */
  readonly uri: string;
  /** The file's key in its project: decoded, relative to the workspace folder where it lies in one. */
  readonly path: string;
  readonly text: string;
  readonly detection: Detection;
  /** The text as it was read last, and with which inputs. */
  read?: { inputs: Inputs; template: Template };
}

/** UTF-8 takes three bytes at most for one UTF-16 unit: a longer file holds no template. */
export const MAX_TEMPLATE_BYTES = MAX_TEMPLATE_LENGTH * 3;

/** @param listed whether the manifest of a cloud assembly names the file: then it is a template, whatever its content */
export function textFile(uri: string, path: string, text: string, listed = false): TextFile {
  return { uri, path, text, detection: detect(text, listed) };
}

function detect(text: string, listed: boolean): Detection {
  if (text.length > MAX_TEMPLATE_LENGTH)
    return { template: false, reason: `it is longer than ${MAX_TEMPLATE_LENGTH / 1_000_000} million characters` };
  return listed ? { template: true, reason: "the manifest of a cloud assembly names it" } : detectTemplate(text);
}

/** The file as a template; read once for the same inputs (compared by identity). */
export function templateOf(file: TextFile, inputs: Inputs): Template {
  if (file.read?.inputs === inputs) return file.read.template;
  const template = readTemplate(file.path, sourceText(file.text), inputs);
  file.read = { inputs, template };
  return template;
}
