import { describe, expect, test } from "vitest";
import { variablesIn } from "../../../core/iam/policy-variables.ts";

describe("policy variables", () => {
  test.each([
    ["${aws:userid}", ["aws:userid"]],
    ["${cognito-identity.amazonaws.com:sub}#*", ["cognito-identity.amazonaws.com:sub"]],
    ["a/${www.amazon.com:user_id}/${graph.facebook.com:id}", ["www.amazon.com:user_id", "graph.facebook.com:id"]],
    ["${aws:PrincipalTag/team, 'none'}", ["aws:PrincipalTag/team"]],
    ["${saml:sub}", ["saml:sub"]],
    ["${oidc.eks.eu-west-1.amazonaws.com/id/X:sub}", ["oidc.eks.eu-west-1.amazonaws.com/id/X:sub"]],
    ["${AWS::Region}", []],
    ["${*}${?}${$}", []],
    ["${Table}", []],
    ["${Table.Arn}", []],
    ["${!aws:userid}", []],
    ["${aws:userid", []],
    ["${}", []],
  ])("%s", (text, names) => {
    expect(variablesIn(text).map(({ name }) => name)).toEqual(names);
  });

  test("know where they stand", () => {
    expect(variablesIn("a${aws:userid, 'x'}*")).toEqual([
      { name: "aws:userid", written: "${aws:userid, 'x'}", start: 1, end: 19 },
    ]);
  });
});
