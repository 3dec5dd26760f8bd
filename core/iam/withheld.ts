import { both, branchesUnder, isImplied } from "../evaluate/branches.ts";
import type { Path } from "../evaluate/path.ts";
import { textOf } from "../evaluate/value.ts";
import type { Template } from "../template/template.ts";
import { takesInKeyAction } from "./key-actions.ts";
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
        here.every((statement) => takesInKeyAction(statement, name) === false) ||
        denying.some((statement) => takesInKeyAction(statement, name) === true),
    );
    return withheld.length > 0 ? [{ when, names: withheld }] : [];
  });
}

/** A Deny that nobody escapes. */
function isForEverybody({ effect, principals, conditions, conditionUnknown }: Statement): boolean {
  const isEverybody = principals.some(({ type, setting }) => type !== "Service" && textOf(setting.value) === "*");
  return effect === "Deny" && isEverybody && conditions.length === 0 && !conditionUnknown;
}
