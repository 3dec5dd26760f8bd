import type { Setting } from "../evaluate/setting.ts";
import { type PolicyDocument, readPolicy, type Statement } from "../iam/statements.ts";
import type { Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";
import { type Table, type TableCopy, tablesOf } from "./tables.ts";

/** The policy of a table, a replica, or the stream of either. */
export interface ResourcePolicy {
  table: Table;
  copy: TableCopy;
  of: "table" | "stream";
  statements: readonly Statement[];
  /** What of it is known only at deployment: the document, a statement, an effect. */
  unknown: readonly Setting[];
}

export const resourcePoliciesOf = perObject((template: Template): readonly ResourcePolicy[] =>
  tablesOf(template).flatMap((table) =>
    table.copies.flatMap((copy): ResourcePolicy[] => [
      { table, copy, of: "table", ...readAll(copy.resourcePolicy) },
      { table, copy, of: "stream", ...readAll(copy.streamPolicy) },
    ]),
  ),
);

function readAll(documents: readonly Setting[]): PolicyDocument {
  const read = documents.map(readPolicy);
  return {
    statements: read.flatMap(({ statements }) => statements),
    unknown: read.flatMap(({ unknown }) => unknown),
  };
}
