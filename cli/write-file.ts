import { isUtf8 } from "node:buffer";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { describeError } from "./failure.ts";

/**
 * Replaces a file's text at once or not at all, keeping mode and owner; a symbolic link stays one, its target changes. Both texts with their
 * byte order marks. Undefined if it worked, else why not, in words that fit behind the file's name.
 */
export function replaceText(path: string, before: string, after: string): string | undefined {
  try {
    const target = realpathSync(path);
    const bytes = readFileSync(target);
    if (!isUtf8(bytes)) return "not changed: it is not encoded in UTF-8";
    if (bytes.toString("utf8") !== before) return "not changed: it was written to in the meantime";
    // Renaming would get round a file's own write protection.
    accessSync(target, constants.W_OK);
    const { mode, uid, gid } = statSync(target);
    writeAtomically(target, after, (temporary) => {
      chmodSync(temporary, mode);
      keepOwner(temporary, uid, gid);
    });
    return undefined;
  } catch (error) {
    return `not changed: ${describeError(error)}`;
  }
}

/** Writes a report, at once or not at all, making its folder where it is missing. Devices and pipes are written to directly. */
export function writeReport(path: string, text: string): string | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const existing = statSync(path, { throwIfNoEntry: false });
    if (!existing) writeAtomically(path, text);
    else if (existing.isFile())
      writeAtomically(realpathSync(path), text, (temporary) => chmodSync(temporary, existing.mode));
    else writeFileSync(path, text);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}

/** The temporary file lies in the same folder: only there is renaming atomic. */
function writeAtomically(target: string, text: string, prepare: (temporary: string) => void = () => {}): void {
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.ddblint`);
  try {
    writeFileSync(temporary, text, { flag: "wx", flush: true });
    prepare(temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Who may not give files away keeps the new file: its content is right. */
function keepOwner(path: string, uid: number, gid: number): void {
  const own = statSync(path);
  if (own.uid === uid && own.gid === gid) return;
  try {
    chownSync(path, uid, gid);
  } catch {
    return;
  }
}
