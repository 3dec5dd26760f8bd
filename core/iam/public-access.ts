import { text } from "../evaluate/setting.ts";
import { textOf } from "../evaluate/value.ts";
import { isFixed, isPositive, operatorOf } from "./conditions.ts";
import type { ConditionTest, Principal, Statement } from "./statements.ts";

/** Is the entry of `Principal` the star, bare or as an AWS principal? */
export function isEverybody({ type, setting }: Principal): boolean {
  return text(setting) === "*" && (type === "*" || type === "AWS");
}

/** Keys that Block Public Access trusts when their value is fixed. Source: DynamoDB Developer Guide, rbac-bpa-rbp. */
const TRUSTED_KEYS = new Set(
  [
    "PrincipalAccount",
    "PrincipalArn",
    "PrincipalOrgID",
    "PrincipalOrgPaths",
    "SourceAccount",
    "SourceArn",
    "SourceVpc",
    "SourceVpce",
    "UserId",
    "PrincipalServiceName",
    "PrincipalServiceNamesList",
    "Ec2InstanceSourceVpc",
    "SourceOrgID",
    "SourceOrgPaths",
  ].map((name) => `aws:${name.toLowerCase()}`),
);

/** Does a condition fix who calls, so that an Allow for everybody is not public in the eyes of DynamoDB's Block Public Access? */
export function isMadeNonPublic({ conditions }: Statement): boolean {
  return conditions.some(makesNonPublic);
}

/** With `aws:PrincipalIsAWSService` only where it must be true. */
function makesNonPublic(test: ConditionTest): boolean {
  if (!isPositive(test)) return false;
  const key = test.key.toLowerCase();
  if (key === "aws:principalisawsservice")
    return (
      operatorOf(test).name === "bool" && test.values.every(({ value }) => textOf(value)?.toLowerCase() === "true")
    );
  return TRUSTED_KEYS.has(key) && test.values.every(isFixed);
}
