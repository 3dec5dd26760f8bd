import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { detectTemplate, MAX_TEMPLATE_LENGTH } from "../core/template/detect.ts";
import { describeError, isMissing } from "./failure.ts";

/** A file's text, byte order mark included; or why it is not read, in words that fit behind its name. */
export type FileText = { text: string } | Unread;

interface Unread {
  problem: string;
  /** There is no such file. */
  missing: boolean;
  /** There is, but nothing of it can be read. */
  denied: boolean;
}

/** UTF-8 takes three bytes at most for one UTF-16 unit: a longer file cannot hold a text that is short enough. */
const MAX_BYTES = MAX_TEMPLATE_LENGTH * 3;
const CHUNK = 65_536;

export const TOO_LONG = `it is too long for a template (more than ${MAX_TEMPLATE_LENGTH / 1_000_000} million characters)`;
const UTF_16 = "it is encoded in UTF-16; save it as UTF-8";

/** Reads any file, pipes included. Never throws, never reads more than a template may have. */
export function readTextFile(path: string): FileText {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return unfit("it is a folder");
    if (!stat.isFile()) return readStream(path);
    if (stat.size > MAX_BYTES) return unfit(TOO_LONG);
    return decode(readFileSync(path));
  } catch (error) {
    return { problem: describeError(error), missing: isMissing(error), denied: !isMissing(error) };
  }
}

/** Does a file that is too long, or in the wrong encoding, start like a template? Then leaving it out must be told. */
export function startsLikeTemplate(path: string): boolean {
  try {
    const descriptor = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(CHUNK);
      const bytes = buffer.subarray(0, readSync(descriptor, buffer));
      const text = isUtf16(bytes) ? new TextDecoder(utf16Of(bytes)).decode(bytes) : bytes.toString("utf8");
      return detectTemplate(text).template;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

/** Bytes as a text, unless it is too long or not UTF-8. */
export function decode(bytes: Buffer): FileText {
  if (isUtf16(bytes)) return unfit(UTF_16);
  if (bytes.length > MAX_BYTES) return unfit(TOO_LONG);
  const text = bytes.toString("utf8");
  return text.length > MAX_TEMPLATE_LENGTH ? unfit(TOO_LONG) : { text };
}

/** Standard input, until it ends or is too long. */
export async function readStandardInput(): Promise<FileText> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) return unfit(TOO_LONG);
    }
  } catch (error) {
    return { problem: describeError(error), missing: false, denied: true };
  }
  return decode(Buffer.concat(chunks));
}

/** It can be read, but not as a template. */
function unfit(problem: string): Unread {
  return { problem, missing: false, denied: false };
}

function readStream(path: string): FileText {
  const descriptor = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let length = 0; length <= MAX_BYTES; ) {
      const chunk = Buffer.alloc(CHUNK);
      const count = readSync(descriptor, chunk);
      if (count === 0) return decode(Buffer.concat(chunks));
      chunks.push(chunk.subarray(0, count));
      length += count;
    }
    return unfit(TOO_LONG);
  } finally {
    closeSync(descriptor);
  }
}

function isUtf16(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function utf16Of(bytes: Buffer): string {
  return bytes[0] === 0xff ? "utf-16le" : "utf-16be";
}
