/** Tells how far the run is, on a terminal only. */
export interface Progress {
  /** What is being done, and how much of it. */
  show(task: string, done: number, total: number): void;
  /** Takes the line away: to be called before anything else is printed. */
  clear(): void;
}

/** Short runs show nothing; milliseconds. */
const DELAY = 400;
const INTERVAL = 80;

const NONE: Progress = { show: () => {}, clear: () => {} };

export function progressOn(stream: NodeJS.WriteStream, isQuiet: boolean): Progress {
  if (!stream.isTTY || isQuiet) return NONE;
  let next = Date.now() + DELAY;
  let isShown = false;
  return {
    show(task, done, total) {
      const now = Date.now();
      if (now < next) return;
      next = now + INTERVAL;
      isShown = true;
      stream.write(`\r\u001b[2K${task} ${done + 1}/${total}`);
    },
    clear() {
      if (isShown) stream.write("\r\u001b[2K");
      isShown = false;
    },
  };
}
