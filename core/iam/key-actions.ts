import type { Setting } from "../evaluate/setting.ts";
import { piecesOf, textOf, type Value } from "../evaluate/value.ts";
import { expandAction } from "./actions.ts";
import type { Statement } from "./statements.ts";

/** Does a statement's `Action` or `NotAction` take in an action of KMS (`kms:Decrypt`)? Undefined where that is not known. */
export function takesInKeyAction(statement: Statement, name: string): boolean | undefined {
  const { actions, notActions } = statement;
  const has = ({ value }: Setting): boolean | undefined => {
    const pattern = textOf(value);
    if (pattern === undefined && isAnotherService(value)) return false;
    const expansion = pattern === undefined ? undefined : expandAction(pattern, ["kms"]);
    return expansion?.kind === "judged" ? expansion.names.includes(name) : undefined;
  };
  const answers = actions.map(has);
  if (answers.includes(true)) return true;
  if (notActions.length === 0) return answers.includes(undefined) ? undefined : false;
  const excepted = notActions.map(has);
  return excepted.includes(true) ? false : excepted.includes(undefined) ? undefined : true;
}

/** `s3:${Action}`: whatever the rest is. */
function isAnotherService(value: Value): boolean {
  const [start] = piecesOf(value) ?? [];
  return typeof start === "string" && /^[\w-]+:/.test(start) && !/^kms:/i.test(start);
}
