import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import { type Checkpoint, pause } from "./pause.ts";
import { say } from "./say.ts";
import type { State } from "./state.ts";
import { canonical } from "./uri.ts";

/** What work that the client no longer wants ends with. */
const CANCELLED = new Error("cancelled");

/** What an answer ends with whose document has changed while it was made. */
export const OUTDATED = new Error("outdated");

/** Carries no data, so that it fits every request. */
type Refusal = ResponseError<never>;

/**
 * Answers requests about one document: after the messages that have arrived in the meantime, a cancellation among them. A failure costs one
 * line in the log, and the answer is `otherwise`.
 */
export function answering(state: State, ready: (uri: string) => Promise<void>) {
  return async <T>(
    clientUri: string,
    token: CancellationToken,
    otherwise: T,
    make: (uri: string, checkpoint: Checkpoint) => T | Promise<T>,
  ): Promise<T | Refusal> => {
    const uri = canonical(clientUri);
    const checkpoint: Checkpoint = async () => {
      await pause();
      if (token.isCancellationRequested) throw CANCELLED;
    };
    try {
      await checkpoint();
      await ready(uri);
      await checkpoint();
      return await make(uri, checkpoint);
    } catch (error) {
      if (error === CANCELLED) return refusal(LSPErrorCodes.RequestCancelled, "cancelled");
      if (error === OUTDATED) return refusal(LSPErrorCodes.ContentModified, "the document has changed");
      state.log(`Answering about ${clientUri} failed: ${say(error)}`);
      return otherwise;
    }
  };
}

function refusal(code: number, message: string): Refusal {
  return new ResponseError<never>(code, message);
}
