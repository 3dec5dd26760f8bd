import { describe, expect, test } from "vitest";
import { asJson } from "./as-json.ts";
import { lint } from "./harness.ts";

/**
 * What well-meant templates say of policies and keys, and what must be silent: one false alarm here is one in most applications. Each case is
 * a whole template; tables in them are not judged.
 */
const TOPICS = new Set(["identity", "fine-grained", "resource-policy", "keys"]);

const found = (template: string) =>
  lint(template)
    .findings.filter(({ topic }) => TOPICS.has(topic))
    .map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`);

function silent(template: string): void {
  expect(found(template)).toEqual([]);
  expect(found(asJson(template))).toEqual([]);
}

const TABLE = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      StreamSpecification: { StreamViewType: NEW_IMAGE }
`;

const ENCRYPTED = `${TABLE}      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt Key.Arn }
`;

const ROOT_DELEGATION = `          - Effect: Allow
            Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
            Action: "kms:*"
            Resource: "*"
`;

const key = (statements: string) => `  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
${statements}`;

const role = (id: string, service: string, policies = "") => `  ${id}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: ${service} }, Action: "sts:AssumeRole" }
${policies}`;

const policy = (roleId: string, statements: string) => `  ${roleId}Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: ${roleId}Policy
      Roles: [!Ref ${roleId}]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
${statements}`;

describe("keys", () => {
  test("the policy that leaves everything to identity policies", () => {
    silent(`Resources:\n${ENCRYPTED}${key(ROOT_DELEGATION)}`);
  });

  test("a key without a policy gets that one", () => {
    silent(`Resources:\n${ENCRYPTED}${key(ROOT_DELEGATION).replace(/ {6}KeyPolicy:[\s\S]*/, "")}`);
  });

  test("everybody in the account, through DynamoDB only", () => {
    silent(`Resources:
${ENCRYPTED}${key(`${ROOT_DELEGATION}          - Effect: Allow
            Principal: { AWS: "*" }
            Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"]
            Resource: "*"
            Condition:
              StringEquals: { "kms:CallerAccount": !Ref AWS::AccountId }
              StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com" }
`)}`);
  });

  test("what the CDK adds for a role that reads an encrypted table", () => {
    silent(`Resources:
${ENCRYPTED}${key(ROOT_DELEGATION)}${role("Reader", "lambda.amazonaws.com")}${policy(
  "Reader",
  `          - Effect: Allow
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable"]
            Resource: [!GetAtt Orders.Arn, !Sub "\${Orders.Arn}/index/*"]
          - Effect: Allow
            Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]
            Resource: !GetAtt Key.Arn
`,
)}`);
  });
});

describe("what the CDK grants", () => {
  test.each([
    [
      "grantReadWriteData, with stream actions on the table",
      `          - Effect: Allow
            Action: ["dynamodb:BatchGetItem", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:Query", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:ConditionCheckItem", "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable"]
            Resource: [!GetAtt Orders.Arn, !Ref AWS::NoValue]
`,
    ],
    [
      "grantWriteData",
      `          - Effect: Allow
            Action: ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable"]
            Resource: [!GetAtt Orders.Arn]
`,
    ],
    [
      "grantStreamRead and grantTableListStreams",
      `          - Effect: Allow
            Action: "dynamodb:ListStreams"
            Resource: "*"
          - Effect: Allow
            Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
            Resource: !GetAtt Orders.StreamArn
`,
    ],
  ])("%s", (_, statements) => {
    silent(`Resources:\n${TABLE}${role("App", "lambda.amazonaws.com")}${policy("App", statements)}`);
  });

  test("the replica provider's roles, which create and delete replicas", () => {
    silent(`Resources:
${TABLE}${role("ReplicaProviderOnEventHandlerServiceRole", "lambda.amazonaws.com")}${policy(
  "ReplicaProviderOnEventHandlerServiceRole",
  `          - Effect: Allow
            Action: "iam:CreateServiceLinkedRole"
            Resource: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/aws-service-role/replication.dynamodb.amazonaws.com/AWSServiceRoleForDynamoDBReplication"
          - Effect: Allow
            Action: "dynamodb:DescribeLimits"
            Resource: "*"
          - Effect: Allow
            Action: ["dynamodb:DeleteTable", "dynamodb:DeleteTableReplica", "dynamodb:UpdateTable", "dynamodb:CreateTableReplica"]
            Resource: !GetAtt Orders.Arn
`,
)}`);
  });
});

describe("what SAM generates", () => {
  const sam = (policies: string, more = "") => `Transform: AWS::Serverless-2016-10-31
Resources:
${TABLE}  App:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      InlineCode: ""
      Policies: ${policies}
${more}`;

  test.each(["DynamoDBCrudPolicy", "DynamoDBReadPolicy", "DynamoDBWritePolicy"])("%s", (template) => {
    silent(sam(`[{ ${template}: { TableName: !Ref Orders } }]`));
  });

  test("DynamoDBStreamReadPolicy, and the policy for stream triggers", () => {
    silent(
      sam(
        '[{ DynamoDBStreamReadPolicy: { TableName: !Ref Orders, StreamName: !Select [3, !Split ["/", !GetAtt Orders.StreamArn]] } }, AWSLambdaDynamoDBExecutionRole]',
      ),
    );
  });

  test("a connector", () => {
    silent(
      sam(
        "[]",
        "  AppToOrders:\n    Type: AWS::Serverless::Connector\n    Properties:\n      Source: { Id: App }\n      Destination: { Id: Orders }\n      Permissions: [Read, Write]\n",
      ),
    );
  });

  test("the trigger of a stream", () => {
    silent(
      sam(
        "[]",
        "      Events:\n        Changes: { Type: DynamoDB, Properties: { Stream: !GetAtt Orders.StreamArn, StartingPosition: LATEST } }\n",
      ),
    );
  });
});

describe("roles of AWS services", () => {
  test("scaling, by the service-linked role and by one of one's own", () => {
    silent(`Resources:
${TABLE}  ScalingLinked:
    Type: AWS::IAM::ServiceLinkedRole
    Properties: { AWSServiceName: dynamodb.application-autoscaling.amazonaws.com }
${role("Scaling", "application-autoscaling.amazonaws.com")}${policy(
  "Scaling",
  `          - Effect: Allow
            Action: ["dynamodb:DescribeTable", "dynamodb:UpdateTable"]
            Resource: !GetAtt Orders.Arn
`,
)}`);
  });

  test("backups, with AWS's managed policies", () => {
    silent(
      `Resources:\n${TABLE}${role(
        "Backup",
        "backup.amazonaws.com",
        '      ManagedPolicyArns: [!Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup", !Sub "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForRestores"]\n',
      )}`,
    );
  });

  test.each(["appsync", "states", "apigateway", "pipes"])("%s reads and writes items", (service) => {
    silent(
      `Resources:\n${TABLE}${role("Source", `${service}.amazonaws.com`)}${policy(
        "Source",
        `          - Effect: Allow
            Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:Query"]
            Resource: [!GetAtt Orders.Arn, !Sub "\${Orders.Arn}/index/*"]
`,
      )}`,
    );
  });

  test("CloudFormation deploys tables, and a pipeline assumes a role", () => {
    silent(
      `Resources:\n${TABLE}${role("Deploy", "cloudformation.amazonaws.com")}${policy(
        "Deploy",
        `          - Effect: Allow
            Action: ["dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:TagResource"]
            Resource: !GetAtt Orders.Arn
`,
      )}`,
    );
  });
});

describe("table policies", () => {
  const withPolicy = (statements: string) => `Resources:
${TABLE}      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
${statements}`;

  test.each([
    [
      "TLS is required of everybody",
      `            - Effect: Deny
              Principal: "*"
              Action: "dynamodb:*"
              Resource: "*"
              Condition: { Bool: { "aws:SecureTransport": "false" } }
`,
    ],
    [
      "item actions only from the network, but for service-linked roles",
      `            - Effect: Deny
              Principal: "*"
              Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
              Resource: "*"
              Condition:
                StringNotEquals: { "aws:SourceVpce": vpce-0a1b2c3d }
                ArnNotLike: { "aws:PrincipalArn": ["arn:*:iam::*:role/aws-service-role/*"] }
`,
    ],
    [
      "a role of the account",
      `            - Effect: Allow
              Principal: { AWS: !GetAtt App.Arn }
              Action: ["dynamodb:GetItem", "dynamodb:Query"]
              Resource: "*"
`,
    ],
    [
      "the whole account, which delegates to identity policies",
      `            - Effect: Allow
              Principal: { AWS: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root" }
              Action: "dynamodb:*"
              Resource: "*"
`,
    ],
    [
      "a data warehouse that reads on this account's behalf",
      `            - Effect: Allow
              Principal: { Service: redshift.amazonaws.com }
              Action: ["dynamodb:ExportTableToPointInTime", "dynamodb:DescribeTable"]
              Resource: "*"
              Condition:
                StringEquals: { "aws:SourceAccount": !Ref AWS::AccountId }
                ArnEquals: { "aws:SourceArn": !Sub "arn:\${AWS::Partition}:redshift:\${AWS::Region}:\${AWS::AccountId}:integration:*" }
`,
    ],
  ])("%s", (_, statements) => {
    silent(`${withPolicy(statements)}${role("App", "lambda.amazonaws.com")}`);
  });
});

describe("end users and people", () => {
  test("own items only, as AWS documents it", () => {
    silent(`Resources:
${TABLE}  Users:
    Type: AWS::Cognito::IdentityPool
    Properties: { AllowUnauthenticatedIdentities: false }
  Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: { IdentityPoolId: !Ref Users, Roles: { authenticated: !GetAtt User.Arn } }
  User:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: cognito-identity.amazonaws.com }
            Action: "sts:AssumeRoleWithWebIdentity"
            Condition:
              StringEquals: { "cognito-identity.amazonaws.com:aud": !Ref Users }
              "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": authenticated }
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"]
                Resource: !GetAtt Orders.Arn
                Condition:
                  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["\${cognito-identity.amazonaws.com:sub}"] }
`);
  });

  test("a service account of Kubernetes, whose provider is in the template", () => {
    silent(`Resources:
${TABLE}  Pod:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Federated: !Sub "arn:\${AWS::Partition}:iam::\${AWS::AccountId}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC" }
            Action: "sts:AssumeRoleWithWebIdentity"
            Condition:
              StringEquals: { "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub": "system:serviceaccount:shop:orders" }
${policy("Pod", '          - { Effect: Allow, Action: ["dynamodb:GetItem", "dynamodb:Query"], Resource: !GetAtt Orders.Arn }\n')}`);
  });

  test("a permission set that reads one table", () => {
    silent(`Resources:
${TABLE}  Analysts:
    Type: AWS::SSO::PermissionSet
    Properties:
      InstanceArn: arn:aws:sso:::instance/ssoins-1111111111111111
      Name: analysts
      InlinePolicy: '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"arn:aws:dynamodb:eu-west-1:111122223333:table/orders"}}'
`);
  });
});
