import { version } from "../package.json";

/** The version of the package, e.g. `0.1.0`. */
export const VERSION: string = version;
