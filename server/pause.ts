/** Lets messages that have arrived be read, a cancellation among them. Rejects when the work is no longer wanted. */
export type Checkpoint = () => Promise<void>;

/** One turn of the event loop. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** For callers that never cancel. */
export const NEVER_CANCELLED: Checkpoint = async () => {};
