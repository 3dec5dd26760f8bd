import { describe, expect, test } from "vitest";
import { arnOf } from "../../../core/model/arns.ts";
import { projectOf, propertyOf, showArn, templateOf } from "./support.ts";

const RESOURCES = `  Orders:
    Type: AWS::DynamoDB::Table
  Named:
    Type: AWS::DynamoDB::GlobalTable
    Properties: { TableName: named }
  Defaulted:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: !Ref Name }
  Odd:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: "*" }
  Cache:
    Type: AWS::DAX::Cluster
  Bucket:
    Type: AWS::S3::Bucket
  Topic:
    Type: AWS::SNS::Topic
  Key:
    Type: AWS::KMS::Key
  Custom:
    Type: Custom::Thing
`;

function arn(value: string): string {
  const project = projectOf(`Parameters:
  Name: { Type: String, Default: x }
  Where: { Type: String }
Resources:
  R:
    Type: AWS::Test::Thing
    Properties:
      V: ${value}
${RESOURCES}`);
  const template = templateOf(project);
  return propertyOf(template, "R", "V")
    .map((setting) => showArn(arnOf(project, template, setting.value)))
    .join(" or ");
}

describe("what a text comes to", () => {
  test.each([
    ["arn:aws:dynamodb:eu-west-1:111122223333:table/a", "arn:aws:dynamodb:eu-west-1:111122223333:table/a"],
    ['"*"', "*"],
    ["!GetAtt Orders.Arn", "arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/<template.yaml#Orders>"],
    [
      "!Sub ${Orders.Arn}/index/*",
      "arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/<template.yaml#Orders>/index/*",
    ],
    ["!Sub arn:aws:dynamodb:*:*:table/${Orders}", "arn:aws:dynamodb:*:*:table/<template.yaml#Orders>"],
    [
      "!GetAtt Orders.StreamArn",
      "arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/<template.yaml#Orders>/stream/<template.yaml#Orders.StreamLabel>",
    ],
    ["!GetAtt Cache.Arn", "arn:<AWS::Partition>:dax:<AWS::Region>:<AWS::AccountId>:cache/<template.yaml#Cache>"],
    ["!Sub ${Bucket.Arn}/*", "arn:<AWS::Partition>:s3:<AWS::Region>:<AWS::AccountId>:<template.yaml#Bucket>/*"],
    ["!GetAtt Key.Arn", "arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/<template.yaml#Key>"],
    ["!Sub arn:aws:kms:*:*:key/${Key}", "arn:aws:kms:*:*:key/<template.yaml#Key>"],
    ["!Ref Topic", "<template.yaml#Topic>"],
    ["!GetAtt Custom.Arn", "<template.yaml#Custom.Arn>"],
    ["!Ref Where", "<template.yaml#Where>"],
    ["!Sub arn:${AWS::Partition}:x", "arn:<AWS::Partition>:x"],
    ["[]", "none"],
    ["{}", "none"],
    ["!Ref AWS::NoValue", "none"],
  ])("%s", (value, expected) => {
    expect(arn(value)).toBe(expected);
  });

  test("a table's literal name is used, so that it is the same as spelled out", () => {
    expect(arn("!GetAtt Named.Arn")).toBe("arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/named");
    expect(arn("!Sub arn:aws:dynamodb:*:*:table/${Named}")).toBe("arn:aws:dynamodb:*:*:table/named");
  });

  test("a name that may be another is not, nor one that would be a wildcard", () => {
    expect(arn("!Sub x/${Defaulted}")).toBe("x/<template.yaml#Defaulted>");
    expect(arn("!Sub x/${Odd}")).toBe("x/<template.yaml#Odd>");
  });

  test("the same table is the same hole over an export", () => {
    const project = projectOf({
      "a.yaml":
        "Resources:\n  Orders: { Type: AWS::DynamoDB::Table }\nOutputs:\n  Arn: { Value: !GetAtt Orders.Arn, Export: { Name: arn } }\n",
      "b.yaml":
        "Resources:\n  R:\n    Type: AWS::Test::Thing\n    Properties: { V: !ImportValue arn, W: !ImportValue other }\n",
    });
    const template = templateOf(project, "b.yaml");
    const shown = (key: string) =>
      propertyOf(template, "R", key).map(({ value }) => showArn(arnOf(project, template, value)));
    expect(shown("V")).toEqual(["arn:<AWS::Partition>:dynamodb:<AWS::Region>:<AWS::AccountId>:table/<a.yaml#Orders>"]);
    expect(shown("W")).toEqual(["<b.yaml#import:other>"]);
  });
});
