import type { Connection } from "vscode-languageserver";
import { say } from "./say.ts";
import { readSettings, type Settings } from "./settings.ts";
import { NO_FOLDER, type State } from "./state.ts";

const SECTION = "ddblint";

/** Everything waits for the settings, but not for a client that never tells them; in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Asks the client for the settings of each workspace folder, or takes them from what it sent.
 * @param sent the whole settings, or the section alone, for clients that cannot be asked
 */
export async function loadSettings(
  state: State,
  connection: Pick<Connection, "workspace">,
  sent: unknown,
): Promise<Map<string, Settings>> {
  const scopes = [NO_FOLDER, ...state.folders];
  const raw = state.client.configuration ? await ask(state, connection, scopes) : undefined;
  const isRule = (name: string): boolean => state.rules.some((rule) => rule.name === name);
  const told = new Set<string>();
  const settings = new Map<string, Settings>();
  for (const [index, scope] of scopes.entries()) {
    const read = readSettings(raw ? raw[index] : sectionOf(sent), isRule);
    settings.set(scope, read.settings);
    for (const problem of read.problems) told.add(problem);
  }
  for (const problem of told) state.log(problem);
  return settings;
}

async function ask(
  state: State,
  connection: Pick<Connection, "workspace">,
  scopes: readonly string[],
): Promise<unknown[] | undefined> {
  try {
    const items = scopes.map((scope) => (scope === NO_FOLDER ? {} : { scopeUri: scope }));
    const asked = connection.workspace.getConfiguration(items.map((item) => ({ ...item, section: SECTION })));
    const answer: unknown = await inTime(asked);
    return Array.isArray(answer) ? answer : undefined;
  } catch (error) {
    state.log(`The client does not tell its settings: ${say(error)}`);
    return undefined;
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE_MS / 1000} seconds`)), PATIENCE_MS);
  });
  return Promise.race([answer, tooLate]).finally(() => clearTimeout(timer));
}

function sectionOf(sent: unknown): unknown {
  return typeof sent === "object" && sent !== null && SECTION in sent ? sent[SECTION] : sent;
}
