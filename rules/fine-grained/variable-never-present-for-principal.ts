import { lowerFirst } from "../../core/access/words.ts";
import { type Setting, text } from "../../core/evaluate/setting.ts";
import { piecesOf } from "../../core/evaluate/value.ts";
import { inStatement, type Statement } from "../../core/iam/statements.ts";
import { defineRule, type Report } from "../../core/lint/rule.ts";
import { type ClaimTag, userChosenTags } from "../../core/model/claim-tags.ts";
import { endUserRolesOf } from "../../core/model/end-users.ts";
import { isSaml, issuerOf, issuersOf } from "../../core/model/issuers.ts";
import { holdersOf, type IamPrincipal } from "../../core/model/policies.ts";
import type { Project } from "../../core/model/project.ts";

export default defineRule({
  name: "variable-never-present-for-principal",
  topic: "fine-grained",
  severity: "warning",
  confidence: "medium",
  recommended: true,
  docs: {
    what: "A policy uses a variable that requests of its principal never carry, or one whose value an end user can choose.",
    why: "A policy variable without a value matches nothing: an Allow that needs it allows nothing, and a Deny that needs it denies nothing. `aws:username` exists for IAM users only, not for sessions of a role; the `sub` of an identity pool exists only in sessions that the identity pool makes. A principal tag that the identity pool takes from a mutable custom attribute is what the user says it is, so it separates nobody from the others.",
    how: "Use a variable that the principal's sessions have and cannot choose, such as a session tag, or `${cognito-identity.amazonaws.com:sub}` for an identity pool (`aws:userid` of a role ends in a session name that whoever takes the role may choose); make the attribute behind a tag immutable, or let no app client write it.",
    references: [
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
      "https://docs.aws.amazon.com/cognito/latest/developerguide/attributes-for-access-control.html",
    ],
    examples: [
      {
        title: "aws:username in the policy of a role",
        bad: exampleOf("${aws:username}"),
        good: exampleOf("${aws:PrincipalTag/customer}"),
      },
    ],
  },
  controls: {},
  check({ identityPolicies, project }, report) {
    for (const policy of identityPolicies) {
      for (const statement of policy.statements) {
        if (!isDynamoDbs(statement)) continue;
        const uses = usesIn(statement);
        const holders = uses.length > 0 ? holdersOf(project, policy) : [];
        if (holders.length === 0) continue;
        for (const use of uses) checkUse(project, statement, use, holders, report);
      }
    }
  },
});

function exampleOf(variable: string): string {
  return `Resources:
  ReaderRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: [sts:AssumeRole, sts:TagSession]
      Policies:
        - PolicyName: own-items
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [dynamodb:GetItem, dynamodb:Query]
                Resource: !Sub arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/orders
                Condition:
                  ForAllValues:StringEquals:
                    dynamodb:LeadingKeys: ["${variable}"]
`;
}

/** Does the statement name actions of DynamoDB or DAX? */
function isDynamoDbs({ actions, notActions }: Statement): boolean {
  return [...actions, ...notActions].some((action) => /^(?:dynamodb|dax):/i.test(text(action) ?? ""));
}

/** A variable where it is written. */
interface Use {
  at: Setting;
  /** Without `${`, a default value and `}`. */
  name: string;
}

/** Variables with a default have a value in any case. */
function usesIn({ version, resources, notResources, conditions }: Statement): Use[] {
  if (version !== "2012-10-17") return [];
  const settings = [...resources, ...notResources, ...conditions.flatMap(({ values }) => values)];
  return settings.flatMap((at) => {
    const literal = (piecesOf(at.value) ?? []).filter((piece) => typeof piece === "string").join("");
    return [...literal.matchAll(/\$\{\s*([\w.:/-]+)\s*\}/g)].map(([, name = ""]) => ({ at, name }));
  });
}

function checkUse(
  project: Project,
  statement: Statement,
  { at, name }: Use,
  holders: readonly IamPrincipal[],
  report: Report,
): void {
  const here = { ...at, when: inStatement(statement, at) };
  if (holders.every((holder) => isNeverThere(project, holder, name))) {
    const [holder, ...others] = holders;
    const who = holder && others.length === 0 ? lowerFirst(holder.name) : "any principal that has this policy";
    const effect = statement.effect === "Allow" ? "allows" : "denies";
    report(here, {
      message: `Policy variable \${${name}} has no value in requests of ${who}, so what needs it ${effect} nothing.`,
    });
    return;
  }
  const [tag] = tagsBehind(project, holders, name);
  if (!tag) return;
  report(here, {
    severity: "info",
    message: `Policy variable \${${name}} comes from "${tag.claim}", an attribute that users of the pool can change themselves, so it keeps nobody apart.`,
    related: [{ message: "what maps the attribute to the tag", template: tag.at.template, place: tag.at.place }],
  });
}

function isNeverThere(project: Project, holder: IamPrincipal, name: string): boolean {
  const variable = name.toLowerCase();
  if (variable === "aws:username") return holder.kind === "role" || holder.kind === "permission set";
  if (!variable.startsWith("cognito-identity.amazonaws.com:")) return false;
  if (holder.kind !== "role") return true;
  const handOuts = endUserRolesOf(project).get(holder) ?? [];
  const isHandedOut = handOuts.some(({ at }) => at.resource !== holder.resource);
  return holder.trust.length > 0 && !isHandedOut && isNeverSignedIn(holder);
}

/** Does the whole trust policy name who takes the role, and nobody by a sign-in that could be an identity pool's? */
function isNeverSignedIn({ trust, trustPolicies }: IamPrincipal): boolean {
  if (trustPolicies.some(({ unknown }) => unknown.length > 0)) return false;
  return trust
    .filter(({ effect }) => effect === "Allow")
    .every(
      (statement) =>
        !issuersOf(statement).some((url) => url.startsWith("cognito-identity.")) &&
        statement.principals.every(
          (entry) => entry.type !== "Federated" || isSaml(entry.setting) || issuerOf(entry) !== undefined,
        ),
    );
}

/** Tags that users choose, of the identity pools that hand out the roles. */
function tagsBehind(project: Project, holders: readonly IamPrincipal[], name: string): ClaimTag[] {
  const [, tag] = /^aws:PrincipalTag\/(.+)$/i.exec(name) ?? [];
  if (tag === undefined) return [];
  const pools = new Set(
    holders.flatMap((holder) => (endUserRolesOf(project).get(holder) ?? []).map(({ pool }) => pool?.resource)),
  );
  return userChosenTags(project).filter((each) => pools.has(each.pool) && each.tag.toLowerCase() === tag.toLowerCase());
}
