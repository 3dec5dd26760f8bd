import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { told, toldInBoth, untold } from "../told.ts";

const RULE = "public-resource-policy";

const isPublic = (whose: string, statement = '"Read"') =>
  `error Resource policy of ${whose} is public (${statement}); DynamoDB Block Public Access will reject the deployment.`;

/** A table whose policy has one statement; more lines of it at fourteen spaces. The principal is on line 8 (zero-based). */
const table = (principal: string, more = "", effect = "Allow") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - Sid: Read
              Principal: ${principal}
              Effect: ${effect}
              Action: dynamodb:GetItem
              Resource: "*"
${more}`;
const withCondition = (condition: string) => table('"*"', `              Condition: ${condition}\n`);

describe("principals", () => {
  test("the star, at its place", () => {
    expect(shown(RULE, table('"*"'))).toEqual([`8:25-8:28 ${isPublic('"Orders"')}`]);
    expect(shown(RULE, table('{ AWS: "*" }'))).toEqual([`8:32-8:35 ${isPublic('"Orders"')}`]);
    expect(marked(RULE, table('{ AWS: [arn:aws:iam::111122223333:root, "*"] }'))).toEqual(['"*"']);
  });

  test.each(['"*"', '{ AWS: "*" }', '{ AWS: ["*"] }'])("%s", (principal) => {
    expect(toldInBoth(RULE, table(principal))).toEqual([isPublic('"Orders"')]);
  });

  test.each([
    ['"arn:aws:iam::111122223333:root"'],
    ['{ AWS: "111122223333" }'],
    ["{ AWS: !GetAtt Role.Arn }"],
    ["{ AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }"],
    ["{ Service: dynamodb.amazonaws.com }"],
  ])("%s passes", (principal) => {
    const template = table(principal, "  Role:\n    Type: AWS::IAM::Role\n");
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test("NotPrincipal in an Allow, at its key", () => {
    const template = table("{ AWS: arn:aws:iam::111122223333:root }").replace("Principal", "NotPrincipal");
    expect(shown(RULE, template)).toEqual([
      `8:14-8:26 ${isPublic('"Orders"', '"Read": NotPrincipal allows everybody else')}`,
    ]);
    expect(offered(RULE, template)).toEqual([]);
  });

  test("a Deny for everybody is no grant", () => {
    expect(toldInBoth(RULE, table('"*"', "", "Deny"))).toEqual([]);
    expect(
      toldInBoth(
        RULE,
        table("{ AWS: arn:aws:iam::111122223333:root }", "", "Deny").replace("Principal", "NotPrincipal"),
      ),
    ).toEqual([]);
  });

  test("a Deny beside it does not make it less public", () => {
    const template = table(
      '"*"',
      '            - { Effect: Deny, Principal: "*", Action: "dynamodb:*", Resource: "*" }\n',
    );
    expect(toldInBoth(RULE, template)).toEqual([isPublic('"Orders"')]);
  });

  test("without a Sid the statement is counted", () => {
    const template = table('"*"')
      .replace("- Sid: Read\n             ", "-")
      .replace(
        "Statement:\n",
        'Statement:\n            - { Effect: Deny, Principal: "*", Action: "dynamodb:PutItem", Resource: "*" }\n',
      );
    expect(toldInBoth(RULE, template)).toEqual([isPublic('"Orders"', "statement 2")]);
  });

  test("one that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Who: { Type: String }\n${table("{ AWS: !Ref Who }")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:32 parameter Who has no default"]);
    expect(untold(RULE, table("{ AWS: !ImportValue who }"))).toEqual(["8:32 it is imported (who)"]);
  });

  test("allowed values are each looked at", () => {
    const template = `Parameters:\n  Who: { Type: String, AllowedValues: ["*", "111122223333"] }\n${table("{ AWS: !Ref Who }")}`;
    expect(toldInBoth(RULE, template)).toEqual([isPublic('"Orders"').replace("error ", 'error When Who is "*": ')]);
  });
});

describe("conditions", () => {
  test.each([
    ["{ StringEquals: { aws:PrincipalOrgID: o-a1b2c3d4e5 } }"],
    ["{ StringEquals: { aws:PrincipalAccount: '111122223333' } }"],
    ["{ ArnEquals: { aws:PrincipalArn: arn:aws:iam::111122223333:role/app } }"],
    ["{ ArnLike: { AWS:SourceArn: arn:aws:s3:::bucket } }"],
    ["{ StringEquals: { aws:SourceAccount: !Ref AWS::AccountId } }"],
    ["{ StringEquals: { aws:SourceVpce: vpce-1 } }"],
    ["{ StringEquals: { aws:SourceVpc: !Ref Vpc } }"],
    ["{ StringEquals: { aws:userid: AIDA } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: true } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: 'true' } }"],
    ["{ StringEquals: { aws:PrincipalServiceName: s3.amazonaws.com } }"],
    ['{ "ForAnyValue:StringEquals": { aws:PrincipalOrgPaths: o-1/r-1/ou-1/ } }'],
    ["{ StringEquals: { aws:PrincipalOrgID: o-1 }, IpAddress: { aws:SourceIp: 0.0.0.0/0 } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: !Ref Org } }"],
  ])("%s fixes who", (condition) => {
    const template = `Parameters:\n  Org: { Type: String }\n${withCondition(condition)}  Vpc:\n    Type: AWS::EC2::VPC\n`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each([
    ["{ IpAddress: { aws:SourceIp: 10.0.0.0/8 } }"],
    ["{ StringEquals: { aws:PrincipalTag/team: a } }"],
    ["{ Bool: { aws:SecureTransport: true } }"],
    ["{ Bool: { aws:PrincipalIsAWSService: false } }"],
    ["{ StringLike: { aws:PrincipalOrgID: '*' } }"],
    ["{ StringLike: { aws:PrincipalArn: 'arn:aws:iam::*:role/app' } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: [o-1, 'o-*'] } }"],
    ["{ ArnLike: { aws:PrincipalArn: !Sub 'arn:aws:iam::${AWS::AccountId}:role/*' } }"],
    ["{ StringEquals: { aws:PrincipalAccount: '${aws:PrincipalTag/account}' } }"],
    ["{ StringEquals: { aws:PrincipalAccount: !Sub '${!aws:PrincipalTag/account}' } }"],
    ["{ StringEqualsIfExists: { aws:PrincipalOrgID: o-1 } }"],
    ["{ StringNotEquals: { aws:PrincipalOrgID: o-1 } }"],
    ['{ "ForAllValues:StringEquals": { aws:PrincipalOrgPaths: o-1/r-1/ou-1/ } }'],
    ["{ 'Null': { aws:PrincipalOrgID: false } }"],
    ["{ StringEquals: { aws:PrincipalOrgID: !Ref AWS::NoValue } }"],
    ["{}"],
  ])("%s does not", (condition) => {
    expect(toldInBoth(RULE, withCondition(condition))).toEqual([isPublic('"Orders"')]);
  });

  test("one that cannot be read may fix who: cannot tell", () => {
    const template = `Parameters:\n  C: { Type: String }\n${withCondition("!Ref C")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["10:25 its condition is not known"]);
  });

  test("in one branch only", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${withCondition("!If [IsProd, { StringEquals: { aws:PrincipalOrgID: o-1 } }, !Ref AWS::NoValue]")}`;
    expect(toldInBoth(RULE, template)).toEqual([
      isPublic('"Orders"').replace("error ", "error When IsProd is false: "),
    ]);
  });
});

describe("whose policy", () => {
  const POLICY =
    '{ PolicyDocument: { Statement: { Sid: Read, Effect: Allow, Principal: "*", Action: "dynamodb:*", Resource: "*" } } }';

  test("a stream's", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      StreamSpecification: { StreamViewType: KEYS_ONLY, ResourcePolicy: ${POLICY} }
`;
    expect(toldInBoth(RULE, template)).toEqual([isPublic('the stream of "Orders"')]);
  });

  test("a replica's, and that of its stream", () => {
    const template = `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: eu-west-1, ResourcePolicy: ${POLICY} }
        - { Region: us-east-1, ReplicaStreamSpecification: { ResourcePolicy: ${POLICY} } }
        - { Region: us-west-2 }
`;
    expect(toldInBoth(RULE, template)).toEqual([
      isPublic('replica eu-west-1 of "Orders"'),
      isPublic('the stream of replica us-east-1 of "Orders"'),
    ]);
  });

  test("a replica that is there under a condition", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: eu-west-1 }
        - !If [IsProd, { Region: us-east-1, ResourcePolicy: ${POLICY} }, !Ref AWS::NoValue]
`;
    expect(toldInBoth(RULE, template)).toEqual([
      isPublic('replica us-east-1 of "Orders"').replace("error ", "error When IsProd is true: "),
    ]);
  });

  test("policies of other resources are not judged", () => {
    const template = `Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: { KeyPolicy: { Statement: { Effect: Allow, Principal: "*", Action: "kms:*", Resource: "*" } } }
`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("a document that only deployment knows cannot be told", () => {
    const template = `Parameters:\n  Document: { Type: String }\nResources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      ResourcePolicy: { PolicyDocument: !Ref Document }\n`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["6:40 parameter Document has no default"]);
  });

  test.each(["ResourcePolicy:", "ResourcePolicy: []", "ResourcePolicy: { PolicyDocument: { Statement: [null, a] } }"])(
    "half typed: %s",
    (typed) => {
      expect(
        told(RULE, `Resources:\n  Orders:\n    Type: AWS::DynamoDB::Table\n    Properties:\n      ${typed}\n`),
      ).toEqual([]);
    },
  );
});

describe("the fix", () => {
  const TITLE = "caution: Limit to this account (stops everybody else)";

  test("puts the account's root in the star's place", () => {
    const bare = table('"*" # anybody');
    expect(offered(RULE, bare)).toEqual([TITLE]);
    expect(repaired(RULE, bare)).toBe(
      bare.replace(
        'Principal: "*" # anybody',
        "Principal: # anybody\n                AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root",
      ),
    );
    const map = table('{ AWS: "*" }');
    expect(repaired(RULE, map)).toBe(
      map.replace('AWS: "*"', 'AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"'),
    );
  });

  test("in a list and in JSON", () => {
    const list = table(
      '\n                AWS:\n                  - arn:aws:iam::111122223333:root\n                  - "*"',
    );
    expect(repaired(RULE, list)).toBe(
      list.replace('- "*"', "- !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root"),
    );
    const json = asJson(table('{ AWS: "*" }'));
    expect(repaired(RULE, json)).toBe(
      json.replace('"AWS": "*"', '"AWS": { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" }'),
    );
  });

  test("changes only its branch, and says which", () => {
    const template = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
${table('{ AWS: !If [IsProd, arn:aws:iam::111122223333:root, "*"] }')}`;
    expect(offered(RULE, template)).toEqual([`${TITLE} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(
      template.replace('"*"]', '!Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"]'),
    );
  });

  test("is refused for parameters, aliases and the CDK's output", () => {
    const parameter = `Parameters:\n  Who: { Type: String, Default: "*" }\n${table("{ AWS: !Ref Who }")}`;
    expect(told(RULE, parameter)).toEqual([`${isPublic('"Orders"')} (with the default of parameter Who)`]);
    expect(offered(RULE, parameter)).toEqual([]);
    const alias = table("*anybody").replace("Orders:\n", 'Orders:\n    Metadata: { who: &anybody "*" }\n');
    expect(told(RULE, alias)).toHaveLength(1);
    expect(offered(RULE, alias)).toEqual([]);
    const cdk = asJson(table('"*"')).replace(
      '"Type": "AWS::DynamoDB::Table",',
      '"Type": "AWS::DynamoDB::Table", "Metadata": { "aws:cdk:path": "Stack/Orders/Resource" },',
    );
    expect(told(RULE, cdk)).toHaveLength(1);
    expect(offered(RULE, cdk)).toEqual([]);
  });
});
