import { isAbsent } from "../evaluate/setting.ts";
import { statementsOf } from "../iam/statements.ts";
import type { Table } from "./tables.ts";

/** May other accounts use the table: its resource policy names AWS principals, or it is a replica of a table elsewhere? */
export function sharesAcrossAccounts(table: Table): boolean {
  if (table.globalTableSource.some((setting) => !isAbsent(setting))) return true;
  return table.copies.some((copy) =>
    copy.resourcePolicy
      .flatMap(statementsOf)
      .some(
        (statement) =>
          statement.effect === "Allow" && statement.principals.some(({ type }) => type === "AWS" || type === "*"),
      ),
  );
}
