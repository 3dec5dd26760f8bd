/** Something that makes the whole run fail, in lines meant for people: told on standard error, exit code 2, no stack trace. */
export class Failure extends Error {
  readonly lines: readonly string[];
  constructor(...lines: string[]) {
    super(lines.join("\n"));
    this.name = "Failure";
    this.lines = lines;
  }
}

/** Exit codes of the command line. */
export const EXIT = {
  /** Nothing at or above `--fail-on`. */
  clean: 0,
  /** Findings at or above it. */
  findings: 1,
  /** The run itself failed, or was incomplete. */
  failed: 2,
} as const;

/** A system error in words; anything else by its message. */
export function describeError(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const known = SYSTEM_ERRORS[code];
  if (known) return known;
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}

const SYSTEM_ERRORS: { readonly [code: string]: string | undefined } = {
  ENOENT: "no such file or folder",
  ENOTDIR: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "its symbolic links form a circle",
  ENAMETOOLONG: "the name is too long",
  ENOSPC: "no space left on the disk",
  EROFS: "the file system is read-only",
  EMFILE: "too many open files",
  EIO: "the disk reports an error",
};

/** Is it the error that a file or folder is not there? */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "ELOOP"].includes(String(error.code));
}
