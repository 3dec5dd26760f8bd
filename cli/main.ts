import { describeError, EXIT, Failure } from "./failure.ts";
import { type Arguments, parseArguments } from "./options.ts";
import { styleFor, tell, writeTo } from "./terminal.ts";

/** The command line of ddblint. Whatever happens, what the user sees is lines and an exit code, never a stack trace. */
async function run(argv: readonly string[]): Promise<number> {
  const given = parseArguments(argv);
  const style = styleFor(process.stdout, given.switches.has("no-color"), process.env);
  if (given.switches.has("help")) {
    const { helpText } = await import("./help.ts");
    await writeTo(process.stdout, helpText(given.commandWritten ? given.command : undefined, style));
    return EXIT.clean;
  }
  if (given.switches.has("version")) {
    const { VERSION } = await import("./version.ts");
    await writeTo(process.stdout, `ddblint ${VERSION}\n`);
    return EXIT.clean;
  }
  if (given.command === "lsp") return serve(given);
  const { RULES } = await import("../rules/registry.ts");
  if (given.command === "rules") {
    const { rulesText } = await import("./rules-command.ts");
    await writeTo(process.stdout, rulesText(given.positionals, RULES, style));
    return EXIT.clean;
  }
  const [{ lintOptions }, { lintCommand }] = await Promise.all([
    import("./lint-options.ts"),
    import("./lint-command.ts"),
  ]);
  const options = lintOptions(
    given,
    RULES.map((rule) => rule.name),
  );
  return lintCommand(options, RULES);
}

/** The server keeps the process alive; it ends it when its client does. */
async function serve(given: Arguments): Promise<number> {
  if (given.positionals.length > 0) throw new Failure("ddblint lsp takes no paths");
  if (!given.switches.has("stdio")) throw new Failure("ddblint lsp needs --stdio");
  process.removeListener("uncaughtException", fail);
  const { startServer } = await import("../server/node.ts");
  startServer();
  return EXIT.clean;
}

function fail(error: unknown): never {
  report(error);
  process.exit(EXIT.failed);
}

function report(error: unknown): void {
  if (error instanceof Failure) {
    tell(...error.lines);
    return;
  }
  const stack = process.env.DDBLINT_DEBUG && error instanceof Error ? error.stack : undefined;
  if (stack) process.stderr.write(`${stack}\n`);
  else tell(`internal error: ${describeError(error)} (DDBLINT_DEBUG=1 shows where)`);
}

// A reader that went away is told by the write itself; without a listener Node would throw.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
process.on("uncaughtException", fail);

run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    report(error);
    process.exitCode = EXIT.failed;
  },
);
