import { type Statement, statementsOf } from "../iam/statements.ts";
import type { Template } from "../template/template.ts";
import { perObject } from "./lazy.ts";
import { type Table, type TableCopy, tablesOf } from "./tables.ts";

/** The policy of a table, a replica, or the stream of either. */
export interface ResourcePolicy {
  table: Table;
  copy: TableCopy;
  of: "table" | "stream";
  statements: readonly Statement[];
}

export const resourcePoliciesOf = perObject((template: Template): readonly ResourcePolicy[] =>
  tablesOf(template).flatMap((table) =>
    table.copies.flatMap((copy): ResourcePolicy[] => [
      { table, copy, of: "table", statements: copy.resourcePolicy.flatMap(statementsOf) },
      { table, copy, of: "stream", statements: copy.streamPolicy.flatMap(statementsOf) },
    ]),
  ),
);
