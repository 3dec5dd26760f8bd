import { describe, expect, it } from "vitest";
import { at, only, property, resourceOf, sam, shown, statementsOf, texts } from "./support.ts";

const API = `  T: { Type: AWS::Serverless::SimpleTable }
  Api:
    Type: AWS::Serverless::GraphQLApi
    Properties:
      Auth:
        Type: API_KEY
        Additional: [{ Type: AWS_IAM }]
      Visibility: PRIVATE
      DataSources:
        DynamoDb:
          Orders: { TableName: !Ref T, TableArn: !GetAtt T.Arn }
          Named: { TableName: things, Permissions: [Read], Region: eu-west-1 }
          Own: { TableName: things, ServiceRoleArn: arn:aws:iam::111122223333:role/own }
`;

describe("GraphQLApi", () => {
  const template = sam(API);

  it("becomes the API with its ways to authenticate", () => {
    expect(resourceOf(template, "Api").type).toBe("AWS::AppSync::GraphQLApi");
    expect(at(template, only(template, "Api", "AuthenticationType").place)).toBe("API_KEY");
    expect(
      property(template, "Api", "AdditionalAuthenticationProviders").map(({ place }) => at(template, place)),
    ).toEqual(["[{ Type: AWS_IAM }]"]);
    expect(shown(template, "Api", "LogConfig", "FieldLogLevel")).toEqual(["ALL"]);
    expect(shown(sam(`${API}      Logging: false\n`), "Api", "LogConfig")).toEqual(["absent"]);
  });

  it("gives each DynamoDb data source a role with Read and Write unless Permissions says otherwise", () => {
    const id = "ApiOrdersDynamoDBDataSource";
    expect(shown(template, id, "ServiceRoleArn")).toEqual([`\${${id}Role.Arn}`]);
    expect(shown(template, id, "DynamoDBConfig", "TableName")).toEqual(["${T}"]);
    const grants = statementsOf(property(template, `${id}ToTableConnectorPolicy`, "PolicyDocument"));
    expect(grants.map(({ actions }) => [actions.length, actions[0]])).toEqual([
      [6, "dynamodb:GetItem"],
      [7, "dynamodb:PutItem"],
    ]);
    expect(grants[0]?.resources).toEqual(["${T.Arn}", "${T.Arn}/index/*"]);
    expect(texts(property(template, `${id}ToTableConnectorPolicy`, "Roles"))).toEqual([`\${${id}Role}`]);
    const named = statementsOf(
      property(template, "ApiNamedDynamoDBDataSourceToTableConnectorPolicy", "PolicyDocument"),
    );
    expect(named.map(({ actions }) => actions[0])).toEqual(["dynamodb:GetItem"]);
    expect(named[0]?.resources[0]).toBe("arn:${AWS::Partition}:dynamodb:eu-west-1:${AWS::AccountId}:table/things");
  });

  it("gives none where ServiceRoleArn is set", () => {
    expect(shown(template, "ApiOwnDynamoDBDataSource", "ServiceRoleArn")).toEqual([
      "arn:aws:iam::111122223333:role/own",
    ]);
    expect(template.resources.has("ApiOwnDynamoDBDataSourceRole")).toBe(false);
    expect(template.resources.has("ApiOwnDynamoDBDataSourceToTableConnectorPolicy")).toBe(false);
  });

  it("says where a data source stands", () => {
    expect(only(template, "ApiOrdersDynamoDBDataSource", "Name").path).toEqual([
      "Resources",
      "Api",
      "Properties",
      "DataSources",
      "DynamoDb",
      "Orders",
      "Name",
    ]);
  });
});
