import { both, branchesUnder, isImplied } from "../evaluate/branches.ts";
import type { Path } from "../evaluate/path.ts";
import type { Setting } from "../evaluate/setting.ts";
import { textOf } from "../evaluate/value.ts";
import type { Template } from "../template/template.ts";
import { expandAction } from "./actions.ts";
import type { Statement } from "./statements.ts";

/**
 * The actions of KMS (`kms:Decrypt`) that the statements of a key policy let nobody do, branch by branch of `base`; branches in which there is
 * none are left out. `counts` says whose statements matter. What is not known allows anything and denies nothing, and neither do conditions.
 */
export function withheldActions(
  template: Template,
  base: Path,
  statements: readonly Statement[],
  names: readonly string[],
  counts: (statement: Statement) => boolean,
): { when: Path; names: string[] }[] {
  const allows = statements.filter((statement) => statement.effect === "Allow" && counts(statement));
  const denies = statements.filter(isForEverybody);
  const paths = [...allows, ...denies].map(({ located }) => located.when);
  return (branchesUnder(template, base, paths) ?? []).flatMap((when) => {
    const here = allows.filter(({ located }) => both(template, when, located.when) !== undefined);
    const denying = denies.filter(({ located }) => isImplied(template, located.when, when));
    const withheld = names.filter(
      (name) =>
        here.every((statement) => takesIn(statement, name) === false) ||
        denying.some((statement) => takesIn(statement, name) === true),
    );
    return withheld.length > 0 ? [{ when, names: withheld }] : [];
  });
}

/** A Deny that nobody escapes. */
function isForEverybody({ effect, principals, conditions, conditionUnknown }: Statement): boolean {
  const isEverybody = principals.some(({ type, setting }) => type !== "Service" && textOf(setting.value) === "*");
  return effect === "Deny" && isEverybody && conditions.length === 0 && !conditionUnknown;
}

/** Does the statement's `Action` or `NotAction` take in an action of KMS? Undefined where that is not known. */
function takesIn(statement: Statement, name: string): boolean | undefined {
  const { actions, notActions } = statement;
  const has = ({ value }: Setting): boolean | undefined => {
    const pattern = textOf(value);
    const expansion = pattern === undefined ? undefined : expandAction(pattern, ["kms"]);
    return expansion?.kind === "judged" ? expansion.names.includes(name) : undefined;
  };
  const answers = actions.map(has);
  if (answers.includes(true)) return true;
  if (notActions.length === 0) return answers.includes(undefined) ? undefined : false;
  const excepted = notActions.map(has);
  return excepted.includes(true) ? false : excepted.includes(undefined) ? undefined : true;
}
