import { describe, expect, test } from "vitest";
import { ALWAYS, describePath } from "../../../core/evaluate/path.ts";
import {
  concernsDynamoDb,
  linksOf,
  namesOf,
  relatedLinks,
  tableLinksOf,
  usedIn,
} from "../../../core/model/key-links.ts";
import { keysOf } from "../../../core/model/keys.ts";
import { projectOf, templateOf } from "./support.ts";

const KEY = "  K: { Type: AWS::KMS::Key }\n";
const TABLE = "  T: { Type: AWS::DynamoDB::Table }\n";
const ENCRYPTED = "  T: { Type: AWS::DynamoDB::Table, Properties: { SSESpecification: { KMSMasterKeyId: !Ref K } } }\n";
const VAULT = "  V: { Type: AWS::Backup::BackupVault, Properties: { EncryptionKeyArn: !GetAtt K.Arn } }\n";
const STREAM = "  S: { Type: AWS::Kinesis::Stream, Properties: { StreamEncryption: { KeyId: !Ref K } } }\n";

function keyIn(resources: string) {
  const project = projectOf(`Resources:\n${resources}`);
  const key = project.templates.flatMap(keysOf).find(({ id }) => id === "K");
  if (!key) throw new Error("no key K");
  return { project, key };
}

function links(resources: string): string[] {
  const { project, key } = keyIn(resources);
  return namesOf(linksOf(project, key));
}

describe("what is linked to a key", () => {
  test("tables, once each", () => {
    expect(links(`${KEY}${ENCRYPTED}`)).toEqual(['"T"']);
    const replicas = `  T:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      Replicas:
        - { Region: a, SSESpecification: { KMSMasterKeyId: !Ref K } }
        - { Region: b, SSESpecification: { KMSMasterKeyId: !Ref K } }
`;
    expect(links(`${KEY}${replicas}`)).toEqual(['"T"']);
  });

  test.each([
    ["AWS::Backup::BackupVault", "EncryptionKeyArn", 'backup vault "X"'],
    ["AWS::Backup::LogicallyAirGappedBackupVault", "EncryptionKeyArn", 'backup vault "X"'],
    ["AWS::CloudTrail::Trail", "KMSKeyId", 'trail "X"'],
    ["AWS::CloudTrail::EventDataStore", "KmsKeyId", 'event data store "X"'],
  ])("%s, where a table or DAX cluster is in view", (type, property, name) => {
    const neighbour = `  X: { Type: ${type}, Properties: { ${property}: !GetAtt K.Arn } }\n`;
    expect(links(`${KEY}${TABLE}${neighbour}`)).toEqual([name]);
    expect(links(`${KEY}  D: { Type: AWS::DAX::Cluster }\n${neighbour}`)).toEqual([name]);
    expect(links(`${KEY}${neighbour}`)).toEqual([]);
  });

  test("a trail that records tables, whether one is in view or not", () => {
    const trail = `  X:
    Type: AWS::CloudTrail::Trail
    Properties:
      KMSKeyId: !Ref K
      EventSelectors: [{ DataResources: [{ Type: AWS::DynamoDB::Table, Values: ["arn:aws:dynamodb"] }] }]
`;
    expect(links(`${KEY}${trail}`)).toEqual(['trail "X"']);
  });

  test("a Kinesis stream that a table or a replica writes to", () => {
    const writes = "KinesisStreamSpecification: { StreamArn: !GetAtt S.Arn }";
    expect(links(`${KEY}${STREAM}  T: { Type: AWS::DynamoDB::Table, Properties: { ${writes} } }\n`)).toEqual([
      'stream "S"',
    ]);
    const replica = `  T: { Type: AWS::DynamoDB::GlobalTable, Properties: { Replicas: [{ Region: a, ${writes} }] } }\n`;
    expect(links(`${KEY}${STREAM}${replica}`)).toEqual(['stream "S"']);
    expect(links(`${KEY}${STREAM}${TABLE}`)).toEqual([]);
  });

  test("tables alone", () => {
    const { project, key } = keyIn(`${KEY}${ENCRYPTED}${VAULT}`);
    expect(namesOf(linksOf(project, key))).toEqual(['"T"', 'backup vault "V"']);
    expect(namesOf(tableLinksOf(project, key))).toEqual(['"T"']);
    expect(relatedLinks(linksOf(project, key)).map(({ message }) => message)).toEqual([
      '"T" is encrypted with it',
      'backup vault "V" is encrypted with it',
    ]);
  });

  test("other services are not", () => {
    expect(links(`${KEY}${TABLE}  Q: { Type: AWS::SQS::Queue, Properties: { KmsMasterKeyId: !Ref K } }\n`)).toEqual([]);
  });
});

describe("is a key DynamoDB's business", () => {
  const withStatement = (statement: string) =>
    `  K: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Statement: [{ Effect: Allow, Action: "kms:*", ${statement} }] } } }\n`;
  const concerns = (resources: string) => {
    const { project, key } = keyIn(resources);
    return concernsDynamoDb(project, key);
  };

  test.each([
    ["Condition: { StringEquals: { kms:ViaService: dynamodb.eu-west-1.amazonaws.com } }"],
    ["Condition: { StringLike: { kms:viaservice: [s3.*.amazonaws.com, dynamodb.*.amazonaws.com] } }"],
    ["Condition: { StringEquals: { kms:ViaService: !Sub 'dynamodb.${AWS::Region}.amazonaws.com' } }"],
    ["Condition: { StringLike: { 'kms:EncryptionContext:aws:dynamodb:tableName': Orders } }"],
    ["Principal: { Service: dynamodb.amazonaws.com }"],
  ])("by %s", (statement) => {
    expect(concerns(withStatement(statement))).toBe(true);
  });

  test.each([
    ["Condition: { StringEquals: { kms:ViaService: s3.eu-west-1.amazonaws.com } }"],
    ["Condition: { StringEquals: { kms:CallerAccount: dynamodb.x } }"],
    ["Principal: '*'"],
  ])("not by %s", (statement) => {
    expect(concerns(withStatement(statement))).toBe(false);
  });

  test("by a link", () => {
    expect(concerns(`${KEY}${ENCRYPTED}`)).toBe(true);
    expect(concerns(KEY)).toBe(false);
  });
});

describe("where it is used", () => {
  test("links that cannot hold together with the branch are left out", () => {
    const project = projectOf(`Conditions:
  P: !Equals [!Ref AWS::Region, a]
Resources:
${KEY}  T:
    Type: AWS::DynamoDB::Table
    Properties: { SSESpecification: { KMSMasterKeyId: !If [P, !Ref K, !Ref AWS::NoValue] } }
`);
    const template = templateOf(project);
    const [key] = keysOf(template);
    if (!key) throw new Error("no key");
    const all = linksOf(project, key);
    const used = usedIn({ template, when: ALWAYS }, all);
    expect(namesOf(used.links)).toEqual(['"T"']);
    expect(used.branches.map(describePath)).toEqual(["P is true"]);
    const never = { ...ALWAYS, chosen: [{ condition: "P", holds: false }] };
    expect(usedIn({ template, when: never }, all)).toEqual({ links: [], branches: [] });
  });

  test("what lies in another template says nothing of the key's branches", () => {
    const project = projectOf({
      "a.yaml": `Resources:\n${KEY}Outputs:\n  O: { Value: !Ref K, Export: { Name: k } }\n`,
      "b.yaml": `Conditions:\n  P: !Equals [!Ref AWS::Region, a]\nResources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties: { SSESpecification: { KMSMasterKeyId: !If [P, !ImportValue k, !Ref AWS::NoValue] } }\n`,
    });
    const template = templateOf(project, "a.yaml");
    const [key] = keysOf(template);
    if (!key) throw new Error("no key");
    expect(usedIn({ template, when: ALWAYS }, linksOf(project, key)).branches).toEqual([ALWAYS]);
  });
});
