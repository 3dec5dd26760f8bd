import { dynamoDbUse, itemActionsInView } from "../../core/access/use.ts";
import { listOf } from "../../core/access/words.ts";
import { wholeResource } from "../../core/evaluate/setting.ts";
import { defineRule } from "../../core/lint/rule.ts";
import { addGatewayEndpoint } from "../../core/model/endpoint-fix.ts";
import { computeUnitsOf, hasEndpoint } from "../../core/model/network.ts";
import type { Project } from "../../core/model/project.ts";
import { tablesOf } from "../../core/model/tables.ts";

export default defineRule({
  name: "vpc-without-dynamodb-endpoint",
  topic: "network",
  severity: "warning",
  confidence: "medium",
  recommended: true,
  docs: {
    what: "A VPC lies beside DynamoDB tables and has no DynamoDB endpoint in view.",
    why: "What runs in the VPC reaches DynamoDB over a NAT or internet gateway. Whether something does cannot always be seen: where a unit in the VPC may use DynamoDB this is a warning, where none is known to it is only mentioned. An endpoint defined in files that were not given is not seen either.",
    how: "Add an `AWS::EC2::VPCEndpoint` of type Gateway for `com.amazonaws.REGION.dynamodb`, or lint the file that has it together with this one.",
    references: ["https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/vpc-endpoints-dynamodb.html"],
    examples: [
      {
        title: "A VPC and a table",
        bad: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
        good: `Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
  Routes:
    Type: AWS::EC2::RouteTable
    Properties: { VpcId: !Ref Vpc }
  DynamoDbEndpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: !Sub com.amazonaws.\${AWS::Region}.dynamodb
      VpcId: !Ref Vpc
      RouteTableIds: [!Ref Routes]
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
`,
      },
    ],
  },
  controls: {},
  construct: "vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB })",
  check(view, report) {
    const { project } = view;
    for (const vpc of view.vpcs) {
      const what = tablesInWords(project);
      if (!what) return;
      const located = wholeResource(vpc.template, vpc.resource);
      const endpoint = hasEndpoint(project, vpc.resource);
      if (endpoint === "yes") continue;
      if (endpoint !== "no") {
        report.cannotTell(located, endpoint.because);
        continue;
      }
      const uses = computeUnitsOf(project)
        .filter((unit) => unit.vpcs.includes(vpc.resource))
        .map((unit) => dynamoDbUse(project, unit));
      // vpc-compute-without-dynamodb-endpoint speaks of this VPC.
      if (
        uses.some((use) => use === "yes" || use === "names a table") &&
        view.runs("vpc-compute-without-dynamodb-endpoint")
      )
        continue;
      report(located, {
        severity: uses.some((use) => use !== "no") ? "warning" : "info",
        message: `VPC "${vpc.id}" has no DynamoDB endpoint in the files in view: what runs in it reaches ${what} over NAT or the internet.`,
        fixes: addGatewayEndpoint(project, vpc.template, vpc.resource),
      });
    }
  },
});

/** The tables in view, or the tables that policies in view speak of; undefined where there is neither. */
function tablesInWords(project: Project): string | undefined {
  const names = project.templates.flatMap(tablesOf).map(({ id }) => `"${id}"`);
  if (names.length === 0) return itemActionsInView(project) ? "DynamoDB" : undefined;
  return names.length <= 3 ? listOf(names) : `${names.length} tables`;
}
