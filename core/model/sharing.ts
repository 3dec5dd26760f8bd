import { isAbsent } from "../evaluate/setting.ts";
import { statementsOf } from "../iam/statements.ts";
import { accountOf, type PrincipalAccount } from "./principal-account.ts";
import type { Table } from "./tables.ts";

/** May other accounts use the table: its resource policy allows principals that are not its own account's, or it is a replica of a table elsewhere? */
export function sharesAcrossAccounts(table: Table): boolean {
  if (table.globalTableSource.some((setting) => !isAbsent(setting))) return true;
  return table.copies.some((copy) =>
    copy.resourcePolicy
      .flatMap(statementsOf)
      .some(
        ({ effect, principals, notPrincipal }) =>
          effect === "Allow" &&
          (notPrincipal !== undefined || principals.some((principal) => isElsewhere(accountOf(principal).kind))),
      ),
  );
}

/** What is not known may be another account's. */
function isElsewhere(kind: PrincipalAccount["kind"]): boolean {
  return kind !== "own" && kind !== "none";
}
