import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { RULES } from "../rules/registry.ts";
import { nodeFiles } from "./node-files.ts";
import { serve } from "./server.ts";

const TRANSPORTS = /^--(?:node-ipc|stdio|socket|pipe)(?:=|$)/;

/**
 * Starts the language server in this process, over what the arguments of the process name: `--stdio`, `--node-ipc`, `--socket=PORT` or
 * `--pipe=NAME`. The process ends when the client says so, or goes: with 0 after a `shutdown`, else with 1. Throws where no argument names a
 * transport.
 */
export function startServer(): void {
  serve(createConnection(ProposedFeatures.all), nodeFiles, RULES);
}

/** Whether this file is what the process was started with, not a part of the command line. */
function isProgram(): boolean {
  const [, program] = process.argv;
  if (program === undefined) return false;
  try {
    return realpathSync(program) === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
}

if (isProgram()) {
  if (process.argv.some((argument) => TRANSPORTS.test(argument))) startServer();
  else {
    process.stderr.write("ddblint: the language server speaks LSP; start it with --stdio or --node-ipc\n");
    process.exitCode = 2;
  }
}
