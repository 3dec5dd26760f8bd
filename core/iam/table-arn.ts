import { perObject } from "../lazy.ts";
import { type ArnText, resourceShape, splitArn, tableNameOf } from "./arn.ts";

/** What belongs to a table and has an ARN of its own. */
export type Below = "index" | "stream";

/** The ARN up to the table's name: of an index, a stream or a backup that of its table. Undefined where it is no table's. */
export const tableArnOf = perObject((arn: ArnText): ArnText | undefined => {
  const name = tableNameOf(arn);
  if (!name) return undefined;
  const parts = splitArn(arn);
  if (parts) {
    const { partition, service, region, account } = parts;
    return ["arn:", ...partition, ":", ...service, ":", ...region, ":", ...account, ":table/", ...name];
  }
  const [start = "", next] = arn;
  const colon = typeof next === "string" && next.startsWith(":") ? ":" : "";
  return [start, `${colon}table/`, ...name];
});

/** The table's name as a key to find ARNs of the same table by: holes behind a character that no name has; undefined with wildcards. */
export const tableKeyOf = perObject((arn: ArnText): string | undefined => {
  const name = tableNameOf(arn);
  const key = name?.map((piece) => (typeof piece === "string" ? piece : `\0${piece.hole}\0`)).join("");
  return key === undefined || /[*?]/.test(key) ? undefined : key;
});

/** Any one index or stream of the table: what a pattern must match to match all of them. */
export function anyBelow(table: ArnText, below: Below): ArnText {
  return anyOf[below](table);
}

const anyOf: Record<Below, (table: ArnText) => ArnText> = {
  index: perObject((table) => [...table, "/index/", { hole: "any index" }]),
  stream: perObject((table) => [...table, "/stream/", { hole: "any stream" }]),
};

/** Can the entry match an index, or a stream, of its tables? `table/Orders*` and `*` can, beside the tables. */
export function reachesBelow(arn: ArnText, below: Below): boolean {
  const shape = resourceShape(arn);
  const end = arn[arn.length - 1];
  return shape === below || shape === "any" || (shape === "table" && typeof end === "string" && end.endsWith("*"));
}
