import type { Setting } from "../evaluate/setting.ts";
import { piecesOf } from "../evaluate/value.ts";
import type { Principal } from "../iam/statements.ts";

/** Which account an entry of `Principal` lets in. Source: IAM JSON policy elements, Principal. */
export type PrincipalAccount =
  /** The stack's own account. `whole`: its root or id, so everybody whom an identity policy there allows it. */
  | { kind: "own"; whole: boolean }
  /** A written account id. `isForeign` is undefined where the stack's own account is not known: it may be the same. */
  | { kind: "account"; account: string; whole: boolean; isForeign: true | undefined }
  | { kind: "anyone" }
  /** A service, a federated identity, a canonical user. */
  | { kind: "none" }
  | { kind: "unknown" };

/** A resource of the same template counts as the stack's own account's. */
export function accountOf({ type, setting }: Principal): PrincipalAccount {
  if (type !== "AWS" && type !== "*") return { kind: "none" };
  const { template, value } = setting;
  if (value.kind === "reference") return { kind: "own", whole: false };
  const written = writtenText(setting);
  if (written === "*") return { kind: "anyone" };
  const [, account = written, rest] = ARN.exec(written) ?? [];
  const whole = rest === undefined || rest === "root";
  if (account === OWN) return { kind: "own", whole };
  if (!/^\d{12}$/.test(account)) return { kind: "unknown" };
  const own = template.inputs.account;
  if (account === own) return { kind: "own", whole };
  return { kind: "account", account, whole, isForeign: own === undefined ? undefined : true };
}

/** Of a principal: the account, and what follows it. */
const ARN = /^arn:(?:[^:]*|\$\{AWS::Partition\}):(?:iam|sts)::(\$\{AWS::AccountId\}|[^:]*):(.*)$/s;

const OWN = "${AWS::AccountId}";

/** The text with what only deployment knows written as `?`, and the stack's account, region and partition as `${AWS::AccountId}` and so on. */
export function writtenText({ value }: Setting): string {
  const pieces = piecesOf(value) ?? [];
  return pieces
    .map((piece) => (typeof piece === "string" ? piece : piece.kind === "pseudo" ? `\${${piece.name}}` : "?"))
    .join("");
}
