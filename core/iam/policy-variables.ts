/** A policy variable in a text: `${aws:PrincipalTag/team, 'none'}`. */
export interface PolicyVariable {
  /** The key that it stands for: `aws:PrincipalTag/team`. */
  name: string;
  /** From the dollar sign to the brace. */
  written: string;
  /** Where it starts and ends (exclusive) in the text. */
  start: number;
  end: number;
}

/**
 * The policy variables in a text. They are named like condition keys, with one colon: `${aws:userid}`,
 * `${cognito-identity.amazonaws.com:sub}`; `${AWS::Region}` is CloudFormation's, and `${*}` an escaped character.
 * Source: IAM User Guide, policy variables.
 */
export function variablesIn(text: string): PolicyVariable[] {
  return [...text.matchAll(/\$\{([\w./-]+:[^:{}\s][^{}]*)\}/g)].map((match) => {
    const [written, inside = ""] = match;
    return { name: nameOf(inside), written, start: match.index, end: match.index + written.length };
  });
}

/** Without the default value behind the comma. */
function nameOf(inside: string): string {
  return (inside.split(",")[0] ?? "").trim();
}
