import { describe, expect, test } from "vitest";
import { marked, offered, repaired, shown } from "../harness.ts";
import { allow, deny, inline, LAMBDA, managedPolicy, roleOf } from "../identity/policies.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { keyPolicy, ROOT, tableWithKey, withRole } from "./key-templates.ts";

const RULE = "workload-lacks-table-key";

const lacks = (who: string) =>
  `warning ${who} may use table "Orders" but not its key "OrdersKey": without kms:Decrypt the calls fail with AccessDeniedException.`;
const ROLE = 'Role "AppRole"';
const TABLE = "!GetAtt Orders.Arn";
const KEY = "!GetAtt OrdersKey.Arn";
const READS = allow("dynamodb:GetItem", TABLE);
const UNKNOWN = 'it is not known who may use "OrdersKey", the key of "Orders"';

const reasons = (template: string) => untold(RULE, template).map((line) => line.replace(/^\S+ /, ""));

/** A function's role that reads the table, with more statements, and the lines of the key's policy. */
const reader = (more = "", key = "") => withRole(LAMBDA, READS + more, tableWithKey(key));

describe("a workload with the table and without its key", () => {
  test("stands at the action, with the key and its use beside it", () => {
    expect(shown(RULE, reader())).toEqual([`14:24-14:40 ${lacks(ROLE)}`]);
    expect(toldInBoth(RULE, reader())).toEqual([lacks(ROLE)]);
    expect(relatedTo(RULE, reader())).toEqual([
      '20:2-20:11 "OrdersKey" leaves its use to identity policies',
      '19:60-19:81 "Orders" is encrypted with it',
    ]);
  });

  test.each([
    ["dynamodb:PutItem", TABLE],
    ["[dynamodb:Query, dynamodb:UpdateItem]", `[${TABLE}, !Sub "\${Orders.Arn}/index/*"]`],
    ["dynamodb:*", TABLE],
    ["dynamodb:Get*", "!Sub arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Orders}"],
  ])("%s on %s", (action, resource) => {
    expect(toldInBoth(RULE, withRole(LAMBDA, allow(action, resource), tableWithKey()))).toEqual([lacks(ROLE)]);
  });

  test.each([
    ["only describes the table", allow("[dynamodb:DescribeTable, dynamodb:UpdateTable]", TABLE)],
    ["reads its stream", allow("[dynamodb:GetRecords, dynamodb:DescribeStream]", '!Sub "${Orders.Arn}/stream/*"')],
    ["may read every table, and so no particular one", allow("dynamodb:GetItem", '"*"')],
    ["may read tables by a prefix", allow("dynamodb:GetItem", '"arn:aws:dynamodb:*:*:table/o*"')],
    ["may do everything on it", allow('"*"', TABLE)],
    ["may not read it after all", READS + deny("dynamodb:*", '"*"')],
  ])("silent where it %s", (_, statements) => {
    const template = withRole(LAMBDA, statements, tableWithKey());
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["an end user", "{ Federated: cognito-identity.amazonaws.com }"],
    ["a pipeline", "{ Service: codebuild.amazonaws.com }"],
    ["staff", "{ AWS: !Ref AWS::AccountId }"],
  ])("%s is no workload", (_, principal) => {
    expect(toldInBoth(RULE, withRole(principal, READS, tableWithKey()))).toEqual([]);
  });

  test("a role with several policies hears it once, in the first of them", () => {
    const more = `        - PolicyName: more\n          PolicyDocument:\n            Statement: { Effect: Allow, Action: dynamodb:PutItem, Resource: ${TABLE} }\n`;
    const template = `Resources:\n${roleOf(LAMBDA, inline(READS) + more)}${tableWithKey()}`;
    expect(shown(RULE, template)).toEqual([`14:24-14:40 ${lacks(ROLE)}`]);
  });

  test("all roles of a policy are named, but for those that have the key from elsewhere", () => {
    const template = managedPolicy(
      READS,
      `      Roles: [!Ref First, !Ref Second, !Ref Third]\n${roleOf(LAMBDA, "", "First")}${roleOf(LAMBDA, inline(allow("kms:Decrypt", KEY)), "Second")}${roleOf(LAMBDA, "", "Third")}${tableWithKey()}`,
    );
    expect(toldInBoth(RULE, template)).toEqual([lacks('Role "First" and Role "Third"')]);
  });
});

describe("an identity policy that allows it", () => {
  test.each([
    ["kms:Decrypt", KEY],
    ["kms:Decrypt", '"*"'],
    ["kms:*", '"*"'],
    ["[kms:De*]", "!Sub arn:aws:kms:eu-west-1:111122223333:key/${OrdersKey}"],
    ['"*"', KEY],
    ["kms:Decrypt", '"arn:aws:kms:*:*:key/*"'],
  ])("%s on %s", (action, resource) => {
    expect(toldInBoth(RULE, reader(allow(action, resource)))).toEqual([]);
    expect(untold(RULE, reader(allow(action, resource)))).toEqual([]);
  });

  test.each([
    ["through DynamoDB", "{ StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }"],
    ["through several services", "{ StringLike: { kms:ViaService: [s3.*.amazonaws.com, dynamodb.*.amazonaws.com] } }"],
    ["through any service", "{ StringLike: { kms:ViaService: '*.eu-west-1.amazonaws.com' } }"],
    ["for the table", "{ StringEquals: { kms:EncryptionContext:aws:dynamodb:tableName: Orders } }"],
  ])("%s", (_, condition) => {
    expect(toldInBoth(RULE, reader(allow("kms:Decrypt", KEY, `            Condition: ${condition}\n`)))).toEqual([]);
  });

  test.each([
    ["another action", allow("[kms:Encrypt, kms:DescribeKey]", KEY)],
    ["another key", allow("kms:Decrypt", "!GetAtt OtherKey.Arn")],
    ["an alias, which is no key", allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:alias/orders")],
    [
      "through another service only",
      allow("kms:Decrypt", KEY, "            Condition: { StringLike: { kms:ViaService: s3.*.amazonaws.com } }\n"),
    ],
    ["and one that denies it", allow("kms:Decrypt", KEY) + deny("kms:Decrypt", '"*"')],
  ])("%s does not help", (_, more) => {
    const template = `${reader(more)}  OtherKey:\n    Type: AWS::KMS::Key\n`;
    expect(toldInBoth(RULE, template)).toEqual([lacks(ROLE)]);
  });

  test("under a condition is enough to be silent", () => {
    const template = `Conditions:\n  IsDev: !Equals [!Ref AWS::Region, eu-west-1]\n${reader(
      allow("!If [IsDev, kms:Decrypt, kms:Encrypt]", KEY),
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test.each([
    ["a key that is not known", allow("kms:Decrypt", "!ImportValue key")],
    ["a literal key", allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1")],
    ["an action that is not known", allow("!Ref P", '"*"')],
    ["everything but some resources", "          - { Effect: Allow, Action: 'kms:*', NotResource: '*' }\n"],
    ["a statement that is not known", "          - !Ref P\n"],
  ])("cannot tell for %s", (_, more) => {
    const template = `Parameters:\n  P: { Type: String }\n${reader(more)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(reasons(template)).toEqual([UNKNOWN]);
  });

  test("an action of another service that is known in part is another service's", () => {
    const template = `Parameters:\n  P: { Type: String }\n${reader(allow("!Sub s3:${P}", '"*"'))}`;
    expect(toldInBoth(RULE, template)).toEqual([lacks(ROLE)]);
  });
});

describe("what else may allow it", () => {
  const withManaged = (arn: string) =>
    `Parameters:\n  P: { Type: String }\nResources:\n${roleOf(LAMBDA, `      ManagedPolicyArns: [${arn}]\n${inline(READS)}`)}${tableWithKey()}`;

  test.each([
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "!Sub 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'",
    "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",
  ])("%s does not", (arn) => {
    expect(toldInBoth(RULE, withManaged(arn))).toEqual([lacks(ROLE)]);
  });

  test.each(["!Ref P", "arn:aws:iam::111122223333:policy/mine", "arn:aws:iam::aws:policy/AdministratorAccess"])(
    "%s may: cannot tell",
    (arn) => {
      expect(toldInBoth(RULE, withManaged(arn))).toEqual([]);
      expect(reasons(withManaged(arn))).toEqual([UNKNOWN]);
    },
  );

  const elsewhere = (roles: string) => `  KeyUse:
    Type: AWS::IAM::ManagedPolicy
    Properties:
${roles}      PolicyDocument:
        Statement: { Effect: Allow, Action: kms:Decrypt, Resource: !GetAtt OrdersKey.Arn }
`;

  test("a policy of its own in view", () => {
    expect(toldInBoth(RULE, reader() + elsewhere("      Roles: [!Ref AppRole]\n"))).toEqual([]);
    expect(toldInBoth(RULE, reader() + elsewhere("      Roles: [another]\n"))).toEqual([lacks(ROLE)]);
  });

  test.each(["", "      Roles: [!ImportValue role]\n"])("a policy that may be the role's: cannot tell", (roles) => {
    expect(toldInBoth(RULE, reader() + elsewhere(roles))).toEqual([]);
    expect(reasons(reader() + elsewhere(roles))).toEqual([UNKNOWN]);
  });
});

describe("the key's policy", () => {
  const USE = "[kms:Decrypt, kms:DescribeKey]";
  const grants = (principal: string, more = "") =>
    keyPolicy(ROOT, `{ Effect: Allow, Principal: ${principal}, Action: ${USE}, Resource: "*"${more} }`);

  test.each([
    ["leaves it to identity policies", keyPolicy(ROOT)],
    ["names another role", grants("{ AWS: !GetAtt OtherRole.Arn }")],
    ["names another role by its name", grants("{ AWS: 'arn:aws:iam::111122223333:role/KeyAdmin' }")],
    ["admits a service", grants("{ Service: logs.amazonaws.com }")],
    ["admits another account", grants("{ AWS: 'arn:aws:iam::444455556666:root' }")],
    [
      "admits everybody through another service",
      grants('"*"', ", Condition: { StringLike: { kms:ViaService: s3.*.amazonaws.com } }"),
    ],
  ])("that %s does not help", (_, policy) => {
    const template = reader("", policy) + roleOf(LAMBDA, "", "OtherRole");
    expect(toldInBoth(RULE, template)).toEqual([lacks(ROLE)]);
  });

  test.each([
    ["names the role", grants("{ AWS: !GetAtt AppRole.Arn }")],
    ["names the role among others", grants("{ AWS: [!GetAtt OtherRole.Arn, !GetAtt AppRole.Arn] }")],
    [
      "admits everybody of the account through DynamoDB",
      grants(
        '{ AWS: "*" }',
        ", Condition: { StringEquals: { kms:CallerAccount: !Ref AWS::AccountId }, StringLike: { kms:ViaService: dynamodb.*.amazonaws.com } }",
      ),
    ],
    ["does not leave it to identity policies at all", keyPolicy(ROOT.replace('"kms:*"', "kms:PutKeyPolicy"))],
  ])("that %s: silent", (_, policy) => {
    const template = reader("", policy) + roleOf(LAMBDA, "", "OtherRole");
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual([]);
  });

  test.each([
    ["a role that is not known", grants("{ AWS: !Ref P }")],
    ["a role whose name looks generated", grants("{ AWS: 'arn:aws:iam::111122223333:role/app-AppRole-1ABC' }")],
    [
      "everybody but some",
      keyPolicy(ROOT, `{ Effect: Allow, NotPrincipal: { AWS: "1" }, Action: ${USE}, Resource: "*" }`),
    ],
    ["a document that is not known", "      KeyPolicy: !Ref P\n"],
    [
      "the account under a condition",
      keyPolicy(
        ROOT.replace('Resource: "*"', 'Resource: "*", Condition: { StringEquals: { aws:PrincipalTag/team: a } }'),
      ),
    ],
  ])("with %s: cannot tell", (_, policy) => {
    const template = `Parameters:\n  P: { Type: String }\n${reader("", policy)}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(reasons(template)).toEqual([UNKNOWN]);
  });

  test("the role by its literal name", () => {
    const named = roleOf(LAMBDA, `      RoleName: app\n${inline(READS)}`);
    const template = (name: string) =>
      `Resources:\n${named}${tableWithKey(grants(`{ AWS: !Sub 'arn:aws:iam::\${AWS::AccountId}:role/${name}' }`))}`;
    expect(toldInBoth(RULE, template("app"))).toEqual([]);
    expect(toldInBoth(RULE, template("other"))).toEqual([lacks(ROLE)]);
  });
});

describe("the table", () => {
  const table = (specification: string, more = "") => `  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification: ${specification}
  OrdersKey: { Type: AWS::KMS::Key }
${more}`;
  const with_ = (around: string) => withRole(LAMBDA, READS, around);

  test.each([
    ["the AWS owned key", "{ SSEEnabled: false }"],
    ["the AWS managed key", "{ SSEEnabled: true, SSEType: KMS }"],
    ["the AWS managed key by its alias", "{ SSEEnabled: true, KMSMasterKeyId: alias/aws/dynamodb }"],
    ["a key that is not in view", "{ SSEEnabled: true, KMSMasterKeyId: !ImportValue key }"],
    ["a key that is not in force", `{ SSEEnabled: false, KMSMasterKeyId: ${KEY} }`],
  ])("%s asks for nothing here", (_, specification) => {
    expect(toldInBoth(RULE, with_(table(specification)))).toEqual([]);
    expect(untold(RULE, with_(table(specification)))).toEqual([]);
  });

  test("an alias of the key", () => {
    const alias =
      "  Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/orders, TargetKeyId: !Ref OrdersKey } }\n";
    expect(toldInBoth(RULE, with_(table("{ SSEEnabled: true, KMSMasterKeyId: !Ref Alias }", alias)))).toEqual([
      lacks(ROLE),
    ]);
  });

  test("only in the branch in which it has the key", () => {
    const template = `Conditions:\n  IsProd: !Equals [!Ref AWS::Region, eu-west-1]\n${with_(
      table(`!If [IsProd, { SSEEnabled: true, KMSMasterKeyId: ${KEY} }, !Ref AWS::NoValue]`),
    )}`;
    expect(toldInBoth(RULE, template)).toEqual([lacks(ROLE).replace("warning", "warning When IsProd is true:")]);
  });

  const globalTable = (replicas: string) => `  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
${replicas}  OrdersKey: { Type: AWS::KMS::Key }
`;
  const OWN = `        - { Region: !Ref AWS::Region, SSESpecification: { KMSMasterKeyId: ${KEY} } }\n`;

  test("a global table: the key of the replica in the stack's own region", () => {
    const other = "        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !ImportValue key } }\n";
    expect(toldInBoth(RULE, with_(globalTable(OWN + other)))).toEqual([lacks(ROLE)]);
  });

  test("a stack elsewhere may use another replica", () => {
    const other = "        - { Region: us-east-1 }\n";
    const outputs = "Outputs:\n  Arn: { Value: !GetAtt Orders.Arn, Export: { Name: orders } }\n";
    const role = withRole(LAMBDA, allow("dynamodb:GetItem", "!ImportValue orders"), "");
    const files = (replicas: string) => ({
      "table.yaml": `Resources:\n${globalTable(replicas)}${outputs}`,
      "role.yaml": role,
    });
    expect(told(RULE, files(OWN + other))).toEqual([]);
    expect(told(RULE, files(OWN))).toEqual([lacks(ROLE)]);
  });

  test("in another stack, with an import of the table and maybe of the key", () => {
    const data = `Resources:\n${tableWithKey()}Outputs:
  Arn: { Value: !GetAtt Orders.Arn, Export: { Name: orders } }
  Key: { Value: !GetAtt OrdersKey.Arn, Export: { Name: key } }
`;
    const role = (more: string) => withRole(LAMBDA, allow("dynamodb:GetItem", "!ImportValue orders") + more, "");
    expect(told(RULE, { "data.yaml": data, "role.yaml": role("") })).toEqual([lacks(ROLE)]);
    expect(told(RULE, { "data.yaml": data, "role.yaml": role(allow("kms:Decrypt", "!ImportValue key")) })).toEqual([]);
  });
});

describe("SAM", () => {
  const sam = (policies: string, table = tableWithKey()) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - DynamoDBCrudPolicy: { TableName: !Ref Orders }
${policies}${table}`;

  test("a policy template for the table, at its name", () => {
    expect(shown(RULE, sam(""))).toEqual([`6:10-6:28 ${lacks('Function "Worker"')}`]);
    expect(toldInBoth(RULE, sam(""))).toEqual([lacks('Function "Worker"')]);
    expect(offered(RULE, sam(""))).toEqual([]);
  });

  test("one for the key beside it", () => {
    expect(toldInBoth(RULE, sam("        - KMSDecryptPolicy: { KeyId: !Ref OrdersKey }\n"))).toEqual([]);
    expect(toldInBoth(RULE, sam("        - KMSEncryptPolicy: { KeyId: !Ref OrdersKey }\n"))).toEqual([
      lacks('Function "Worker"'),
    ]);
  });

  test("a SimpleTable", () => {
    const table = `  Orders:
    Type: AWS::Serverless::SimpleTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !Ref OrdersKey }
  OrdersKey: { Type: AWS::KMS::Key }
`;
    expect(toldInBoth(RULE, sam("", table))).toEqual([lacks('Function "Worker"')]);
  });

  test("a connector", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Connectors:
      ToOrders:
        Properties:
          Destination: { Id: Orders }
          Permissions: [Read]
${tableWithKey()}`;
    expect(toldInBoth(RULE, template)).toEqual([lacks('Function "Worker"')]);
  });

  test("a state machine", () => {
    const template = sam("").replace("AWS::Serverless::Function", "AWS::Serverless::StateMachine");
    expect(toldInBoth(RULE, template)).toEqual([lacks('State machine "Worker"')]);
  });

  test("a data source of a GraphQL API, at its name", () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      SchemaUri: schema.graphql
      Auth: { Type: AWS_IAM }
      DataSources: { DynamoDb: { Source: { TableName: !Ref Orders } } }
${tableWithKey()}`;
    expect(marked(RULE, template)).toEqual(["Source"]);
    expect(toldInBoth(RULE, template)).toEqual([lacks('Data source "Source" of "Api"')]);
  });
});

describe("the fix", () => {
  test("adds a statement that allows it through DynamoDB", () => {
    expect(offered(RULE, reader())).toEqual([
      'caution: Allow kms:Decrypt with "OrdersKey" through DynamoDB (grants the use of the key)',
    ]);
    expect(repaired(RULE, reader())).toBe(
      reader(`          - Effect: Allow
            Action: kms:Decrypt
            Resource: !GetAtt OrdersKey.Arn
            Condition:
              StringLike:
                kms:ViaService: dynamodb.*.amazonaws.com
`),
    );
  });

  test("in JSON", () => {
    const json = JSON.stringify(
      {
        Resources: {
          Orders: {
            Type: "AWS::DynamoDB::Table",
            Properties: { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: { Ref: "OrdersKey" } } },
          },
          OrdersKey: { Type: "AWS::KMS::Key" },
          Worker: {
            Type: "AWS::IAM::Role",
            Properties: {
              AssumeRolePolicyDocument: {
                Statement: [
                  { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" },
                ],
              },
              Policies: [
                {
                  PolicyName: "a",
                  PolicyDocument: {
                    Statement: [
                      { Effect: "Allow", Action: "dynamodb:Query", Resource: { "Fn::GetAtt": ["Orders", "Arn"] } },
                    ],
                  },
                },
              ],
            },
          },
        },
      },
      null,
      2,
    );
    const { Statement } = JSON.parse(repaired(RULE, json) ?? "").Resources.Worker.Properties.Policies[0].PolicyDocument;
    expect(Statement).toHaveLength(2);
    expect(Statement[1]).toEqual({
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: { "Fn::GetAtt": ["OrdersKey", "Arn"] },
      Condition: { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com" } },
    });
  });

  test("none where the statements are no list, or the key is in another stack", () => {
    const lone = managedPolicy("", "").replace(/ {8}Statement:\n$/, "");
    const template = `${lone}        Statement: { Effect: Allow, Action: dynamodb:GetItem, Resource: ${TABLE} }\n      Roles: [!Ref AppRole]\n${roleOf(LAMBDA, "")}${tableWithKey()}`;
    expect(toldInBoth(RULE, template)).toEqual([lacks(ROLE)]);
    expect(offered(RULE, template)).toEqual([]);
    const data = `Resources:\n${tableWithKey()}Outputs:\n  Arn: { Value: !GetAtt Orders.Arn, Export: { Name: orders } }\n`;
    const role = withRole(LAMBDA, allow("dynamodb:GetItem", "!ImportValue orders"), "");
    expect(offered(RULE, { "data.yaml": data, "role.yaml": role })).toEqual([]);
  });
});
