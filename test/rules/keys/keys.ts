/** Templates with keys, and with what is encrypted with them. */

/** A table with a key, whose properties are lines at six spaces; the first is on line 8 (zero-based). Attributes of the key follow them. */
export const tableKey = (properties: string, { named = "!GetAtt TableKey.Arn", attributes = "" } = {}) => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: ${named} }
  TableKey:
    Type: AWS::KMS::Key
    Properties:
${properties}${attributes}`;

/** The same key, used by the replicas of a global table instead; the key's first property is on line 11. */
export const replicaKey = (properties: string, replicas = REPLICAS) => `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      SSESpecification: { SSEEnabled: true, SSEType: KMS }
      Replicas:
${replicas}  TableKey:
    Type: AWS::KMS::Key
    Properties:
${properties}`;

const REPLICAS = `        - { Region: us-east-1, SSESpecification: { KMSMasterKeyId: !GetAtt TableKey.Arn } }
        - { Region: eu-west-1, SSESpecification: { KMSMasterKeyId: !ImportValue key } }
`;

/** A SAM table that has the key from `Globals`. */
export const simpleTableKey = (properties: string) => `Transform: AWS::Serverless-2016-10-31
Globals:
  SimpleTable:
    SSESpecification: { SSEEnabled: true, SSEType: KMS, KMSMasterKeyId: !GetAtt TableKey.Arn }
Resources:
  Orders:
    Type: AWS::Serverless::SimpleTable
  TableKey:
    Type: AWS::KMS::Key
    Properties:
${properties}`;

/** A key that encrypts only what lies beside a table: lines of further resources at two spaces. */
export const neighbourKey = (properties: string, neighbours: string, table = PLAIN_TABLE) => `Resources:
  TableKey:
    Type: AWS::KMS::Key
    Properties:
${properties}${table}${neighbours}`;

const PLAIN_TABLE = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { KinesisStreamSpecification: { StreamArn: !GetAtt Changes.Arn } }
`;

export const VAULT = `  Daily:
    Type: AWS::Backup::BackupVault
    Properties: { EncryptionKeyArn: !GetAtt TableKey.Arn }
`;

export const STREAM = `  Changes:
    Type: AWS::Kinesis::Stream
    Properties: { StreamEncryption: { EncryptionType: KMS, KeyId: !Ref TableKey } }
`;

export const TRAIL = `  Audit:
    Type: AWS::CloudTrail::Trail
    Properties: { KMSKeyId: !GetAtt TableKey.Arn }
`;

/** `IsProd` may hold or not, and `IsTest` is its opposite. */
export const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
  IsTest: !Not [!Condition IsProd]
`;

/** A table with a key whose policy has these statements, lines of a list at ten spaces; the first is on line 10 (zero-based). */
export const keyPolicy = (statements: string, options: { named?: string; attributes?: string } = {}) =>
  tableKey(`      KeyPolicy:\n        Statement:\n${statements}`, options);

/** The account's root may do everything, as in the default policy. */
export const ROOT = `          - { Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::\${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }
`;
