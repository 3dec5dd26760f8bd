import * as util from "node:util";
import { describeError, Failure } from "./failure.ts";
import { printable } from "./printable.ts";

export type Format = Parameters<typeof util.styleText>[0];

/** Colours a text, or leaves it as it is. */
export type Style = (format: Format, text: string) => string;

export const plain: Style = (_format, text) => text;

/** Node 20.12 brought `styleText`; before it, texts stay plain. */
const coloured: Style = (format, text) =>
  util.styleText === undefined || text === "" ? text : util.styleText(format, text, { validateStream: false });

/**
 * Colours where the stream is a terminal. `--no-color` and `NO_COLOR` always turn them off; `FORCE_COLOR` turns them on where there is no
 * terminal (but `0` and `false` turn them off).
 */
export function styleFor(stream: { isTTY?: boolean }, noColor: boolean, environment: NodeJS.ProcessEnv): Style {
  if (noColor || environment.NO_COLOR) return plain;
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined) return forced === "0" || forced === "false" ? plain : coloured;
  return stream.isTTY && environment.TERM !== "dumb" ? coloured : plain;
}

/** Writes to a stream and waits until it is out. A reader that went away, or a full disk, is a failure of the run. */
export function writeTo(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (text === "") return resolve();
    stream.write(text, (error) => {
      if (!error) return resolve();
      const gone = "code" in error && error.code === "EPIPE";
      reject(gone ? new Failure() : new Failure(`cannot write to standard output: ${describeError(error)}`));
    });
  });
}

/** Tells the user something on standard error, each line under our name and safe to print. */
export function tell(...lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`ddblint: ${printable(line)}\n`);
}
