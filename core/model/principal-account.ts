import type { Setting } from "../evaluate/setting.ts";
import { isSymbol, piecesOf } from "../evaluate/value.ts";
import type { Principal } from "../iam/statements.ts";
import type { Template } from "../template/template.ts";
import { follow, type Project, type Target } from "./project.ts";

/** Which account an entry of `Principal` lets in. Source: IAM JSON policy elements, Principal. */
export type PrincipalAccount =
  /** The stack's own account. `whole`: its root or id, so everybody whom an identity policy there allows it. */
  | { kind: "own"; whole: boolean }
  /** An account id that is known. `isForeign` is undefined where the stack's own account is not known: it may be the same. */
  | { kind: "account"; account: string; whole: boolean; isForeign: true | undefined }
  | { kind: "anyone" }
  /** A service, a federated identity, a canonical user. */
  | { kind: "none" }
  /** Known only at deployment, or a unique id (`AROA…`), which says nothing about its account. */
  | { kind: "unknown" };

/**
 * A resource of the same template counts as the stack's own account's, and with the project so does one of another stack: imports work within
 * one account only. Where the accounts of both stacks are known, they decide.
 */
export function accountOf({ type, setting }: Principal, project?: Project): PrincipalAccount {
  if (type !== "AWS" && type !== "*") return { kind: "none" };
  const { template, value } = setting;
  const own = template.inputs.account;
  if (isSymbol(value) && value.kind !== "pseudo") return accountOfTarget(targetOf(setting, project), template);
  const written = writtenText(setting);
  if (written === "*") return { kind: "anyone" };
  const [, account = written, rest] = ARN.exec(written) ?? [];
  const whole = rest === undefined || rest === "root";
  if (account === OWN || (account === own && own !== undefined)) return { kind: "own", whole };
  if (!/^\d{12}$/.test(account)) return { kind: "unknown" };
  return { kind: "account", account, whole, isForeign: own === undefined ? undefined : true };
}

function targetOf({ template, value }: Setting, project: Project | undefined): Target | undefined {
  if (project) return follow(project, template, value);
  const resource = value.kind === "reference" ? template.resources.get(value.id) : undefined;
  return resource && { template, resource };
}

function accountOfTarget(target: Target | undefined, from: Template): PrincipalAccount {
  if (!target || !GIVES_OWN_ARN.test(target.resource.type)) return { kind: "unknown" };
  const own = from.inputs.account;
  const account = target.template.inputs.account;
  if (own === undefined || account === undefined || own === account) return { kind: "own", whole: false };
  return { kind: "account", account, whole: false, isForeign: true };
}

/** What nested stacks, custom resources and stored parameters give may be anybody's ARN. */
const GIVES_OWN_ARN = /^AWS::(?!CloudFormation::|SSM::)/;

/** Of a principal: the account, and what follows it. */
const ARN = /^arn:(?:[^:]*|\$\{AWS::Partition\}):(?:iam|sts)::(\$\{AWS::AccountId\}|[^:]*):(.*)$/s;

const OWN = "${AWS::AccountId}";

/** The part of a principal's ARN behind the account: `role/app`, `assumed-role/app/session`, `root`; undefined for what is no ARN. */
export function principalPath(setting: Setting): string | undefined {
  return ARN.exec(writtenText(setting))?.[2];
}

/** The text with what only deployment knows written as `?`, and the stack's account, region and partition as `${AWS::AccountId}` and so on. */
export function writtenText({ value }: Setting): string {
  const pieces = piecesOf(value) ?? [];
  return pieces
    .map((piece) => (typeof piece === "string" ? piece : piece.kind === "pseudo" ? `\${${piece.name}}` : "?"))
    .join("");
}
