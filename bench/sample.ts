/** A CloudFormation template of about `bytes` UTF-8 bytes: tables, roles, functions and policies as people write them, with comments. */
export function sampleTemplate(bytes: number): string {
  const parts = [
    "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
  ];
  let length = parts.join("").length;
  for (let index = 0; length < bytes; index++) {
    const part = service(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

function service(index: number): string {
  return `  # Service ${index}: keeps its own items and is read by nobody else.
  Table${index}:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - AttributeName: pk
          AttributeType: S
        - AttributeName: sk
          AttributeType: S
      KeySchema:
        - AttributeName: pk
          KeyType: HASH
        - AttributeName: sk
          KeyType: RANGE
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !If [IsProd, true, false]
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
      Tags:
        - Key: service
          Value: "service-${index}"
  Role${index}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: items
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - dynamodb:Query
                  - dynamodb:Put*
                Resource:
                  - !GetAtt Table${index}.Arn
                  - !Sub "\${Table${index}.Arn}/index/*"
  Function${index}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Role: !GetAtt Role${index}.Arn
      Code: { ZipFile: "exports.handler = async () => {}" }
      Environment:
        Variables:
          TABLE: !Ref Table${index}
`;
}

/**
 * A template with one role whose only policy has many statements about many tables, in the forms people write: by reference, by name, by
 * prefix, with wildcards, conditions and denies. Each statement names `named` of the tables.
 */
export function policyTemplate(statements: number, tables: number, named: number): string {
  const tablesText = Array.from({ length: tables }, (_, index) => table(index)).join("");
  const statementsText = Array.from({ length: statements }, (_, index) =>
    statement(
      index,
      Array.from({ length: named }, (_, offset) => (index + offset) % tables),
    ),
  ).join("");
  return `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
  Policy:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: items
      Roles: [!Ref Role]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
${statementsText}${tablesText}`;
}

function table(index: number): string {
  const name = index % 2 === 0 ? `      TableName: service-${index}\n` : "";
  return `  Table${index}:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
${name}      BillingMode: PAY_PER_REQUEST
      DeletionProtectionEnabled: true
      AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]
      KeySchema: [{ AttributeName: pk, KeyType: HASH }]
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt Key.Arn }
${index === 0 ? KEY : ""}`;
}

const KEY = `  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    Properties:
      EnableKeyRotation: true
`;

/** The forms take turns. */
function statement(index: number, tables: readonly number[]): string {
  const list = (...forms: ((table: number) => string)[]) =>
    `[${tables.flatMap((each) => forms.map((form) => form(each))).join(", ")}]`;
  const arn = (each: number) => `!GetAtt Table${each}.Arn`;
  const below = (path: string) => (each: number) => `!Sub "\${Table${each}.Arn}/${path}"`;
  const named = (end: string) => (each: number) =>
    `!Sub "arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/service-${each}${end}"`;
  const bodies = [
    `{ Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem], Resource: ${list(arn, below("index/*"))} }`,
    `{ Effect: Allow, Action: [dynamodb:Get*, dynamodb:BatchGet*], Resource: ${list(named(""))} }`,
    `{ Effect: Allow, Action: [dynamodb:GetItem, dynamodb:Query], Resource: ${list(arn)}, Condition: { "ForAllValues:StringEquals": { dynamodb:LeadingKeys: ["\${aws:userid}"] } } }`,
    `{ Effect: Allow, Action: dynamodb:Update*, Resource: ${list(arn)} }`,
    `{ Effect: Deny, Action: [dynamodb:DeleteTable, dynamodb:DeleteItem], Resource: ${list(named(""))} }`,
    `{ Effect: Allow, Action: [dynamodb:GetRecords, dynamodb:GetShardIterator, dynamodb:DescribeStream], Resource: ${list(below("stream/*"))} }`,
    `{ Effect: Allow, Action: [kms:Decrypt, kms:GenerateDataKey], Resource: !GetAtt Key.Arn }`,
    `{ Effect: Allow, Action: dynamodb:PutItem, Resource: ${list(named("*"))}, Condition: { StringEquals: { aws:ResourceTag/team: orders } } }`,
  ];
  return `          - ${bodies[index % bodies.length]}\n`;
}
