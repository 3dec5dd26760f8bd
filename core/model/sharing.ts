import { isAbsent, type Setting } from "../evaluate/setting.ts";
import { piecesKey, piecesOf } from "../evaluate/value.ts";
import { statementsOf } from "../iam/statements.ts";
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
          (notPrincipal !== undefined ||
            principals.some(({ type, setting }) => type === "*" || (type === "AWS" && !isOwnAccount(setting)))),
      ),
  );
}

/** The stack's own account, or a principal in it: a resource of the template, an ARN or an id with the stack's account. */
function isOwnAccount({ value, template }: Setting): boolean {
  if (value.kind === "reference") return true;
  const pieces = piecesOf(value);
  if (!pieces) return false;
  const name = piecesKey(pieces);
  const accounts = ["${AWS::AccountId}", ...(template.inputs.account === undefined ? [] : [template.inputs.account])];
  return accounts.some((account) => name === account || name.includes(`::${account}:`));
}
