/** Exit codes of the two launchers. A run that cannot find a VS Code is never a pass. */
export const EXIT = Object.freeze({ passed: 0, failed: 1, noVsCode: 3, timedOut: 124 });

/** How long a whole run may take, in milliseconds. The page alone takes up to 20 seconds on a busy machine. */
export const TIMEOUT_MS = Number(process.env.E2E_TIMEOUT_MS) || 300_000;

export const debug = Boolean(process.env.E2E_DEBUG);

/** Says that there is no VS Code to test in: the launcher then exits with `EXIT.noVsCode`. */
export class NoVsCode extends Error {}

/** Says that the run did not end in time: the launcher then exits with `EXIT.timedOut`. */
export class TimedOut extends Error {}

/**
 * Runs `main` and exits with the code that its outcome calls for.
 * @param {() => Promise<number>} main resolves with an exit code
 */
export async function exitWith(main) {
  // What was started ends in handlers of "exit", which a signal alone would not run.
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  try {
    process.exit(await main());
  } catch (error) {
    if (error instanceof NoVsCode) {
      console.error(error.message);
      process.exit(EXIT.noVsCode);
    }
    if (error instanceof TimedOut) {
      console.error(error.message);
      process.exit(EXIT.timedOut);
    }
    console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exit(EXIT.failed);
  }
}

/**
 * Rejects with `TimedOut` when `work` takes longer than `TIMEOUT_MS`.
 * @template T
 * @param {Promise<T>} work
 * @param {string} what
 * @returns {Promise<T>}
 */
export async function inTime(work, what) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`${what} did not end within ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
