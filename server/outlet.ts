import type { Connection } from "vscode-languageserver";
import { diagnose, resultIdOf } from "./diagnose.ts";
import { pause } from "./pause.ts";
import { say } from "./say.ts";
import type { State } from "./state.ts";

/** How diagnostics reach the client. URIs are canonical. */
export interface Outlet {
  /** A document was opened, or its text changed. */
  changed(uri: string): void;
  /** `clientUri` is the document's URI as the client writes it: the document itself is gone. */
  closed(uri: string, clientUri: string): void;
  /** Something else changed that any open document may see. */
  reconsider(): void;
  dispose(): void;
}

/** From a keystroke to the diagnostics that are pushed; in milliseconds. */
export const DEBOUNCE_MS = 100;

/** From a keystroke to a look at what the other open documents make of it; in milliseconds. */
const OTHERS_MS = 300;

/**
 * For clients without pull diagnostics: publishes after a pause in typing.
 * @param ready resolves when settings and configuration are known for a document
 */
export function pushOutlet(
  state: State,
  connection: Pick<Connection, "sendDiagnostics">,
  ready: (uri: string) => Promise<void>,
  onPublished: (uri: string) => void,
): Outlet {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const published = new Map<string, string>();

  const publish = async (uri: string, always: boolean): Promise<void> => {
    await ready(uri);
    const document = state.documents.get(uri);
    if (!document || timers.has(uri)) return;
    const diagnostics = diagnose(state, uri);
    const resultId = resultIdOf(diagnostics);
    const before = published.get(uri);
    // A document that never had any needs no message that says so.
    const same = before === resultId || (before === undefined && diagnostics.length === 0);
    if (same && !(always && diagnostics.length > 0)) return;
    published.set(uri, resultId);
    await connection.sendDiagnostics({ uri: document.clientUri, version: document.version, diagnostics });
  };

  const publishOthers = async (except?: string): Promise<void> => {
    for (const uri of [...state.documents.keys()]) {
      if (uri === except) continue;
      await pause();
      await publish(uri, false);
    }
  };

  const failed = (error: unknown): void => state.log(`Publishing diagnostics failed: ${say(error)}`);

  return {
    changed: (uri) => {
      clearTimeout(timers.get(uri));
      const run = async (): Promise<void> => {
        timers.delete(uri);
        await publish(uri, true);
        onPublished(uri);
        await publishOthers(uri);
      };
      timers.set(
        uri,
        setTimeout(() => void run().catch(failed), DEBOUNCE_MS),
      );
    },
    closed: (uri, clientUri) => {
      clearTimeout(timers.get(uri));
      timers.delete(uri);
      if (published.delete(uri)) {
        connection.sendDiagnostics({ uri: clientUri, diagnostics: [] }).catch(failed);
      }
      void publishOthers().catch(failed);
    },
    reconsider: () => void publishOthers().catch(failed),
    dispose: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

export interface PullOutlet extends Outlet {
  /** A document's diagnostics were asked for and answered. */
  answered(uri: string, resultId: string): void;
}

/** For clients that ask: tells them to ask again when a document that they asked about would now be answered differently. */
export function pullOutlet(
  state: State,
  refresh: (() => Promise<void>) | undefined,
  ready: (uri: string) => Promise<void>,
): PullOutlet {
  const answered = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const compare = async (): Promise<void> => {
    for (const [uri, resultId] of [...answered]) {
      await pause();
      await ready(uri);
      if (answered.get(uri) !== resultId || !state.documents.has(uri)) continue;
      if (resultIdOf(diagnose(state, uri)) !== resultId) {
        await refresh?.();
        return;
      }
    }
  };

  const later = (delay: number): void => {
    if (!refresh) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      compare().catch((error: unknown) => state.log(`Refreshing diagnostics failed: ${say(error)}`));
    }, delay);
  };

  return {
    changed: (uri) => {
      // The client asks about this one by itself.
      answered.delete(uri);
      if (answered.size > 0) later(OTHERS_MS);
    },
    closed: (uri) => {
      answered.delete(uri);
      if (answered.size > 0) later(OTHERS_MS);
    },
    reconsider: () => later(0),
    answered: (uri, resultId) => void answered.set(uri, resultId),
    dispose: () => clearTimeout(timer),
  };
}
