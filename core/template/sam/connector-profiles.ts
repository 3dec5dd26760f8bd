import type { ArnText } from "../../iam/arn.ts";

/**
 * SAM connectors that reach a DynamoDB table, and what the DynamoDB event source attaches. Facts of the SAM translator (Apache-2.0; see
 * NOTICE.md).
 */
export type ConnectorPermission = "Read" | "Write";

/** A resource of a connector's policy: the ARN of one end, followed by literal text. */
export interface ConnectorResource {
  end: "Source" | "Destination";
  suffix: "" | "/index/*" | "/stream/*";
}

export interface ConnectorStatement {
  actions: readonly string[];
  resources: readonly ConnectorResource[];
}

export interface ConnectorProfile {
  /** The end whose role receives the managed policy that SAM generates. */
  granted: "Source" | "Destination";
  /** What each permission allows; a permission that is not there makes the transform fail. */
  permissions: Readonly<Partial<Record<ConnectorPermission, ConnectorStatement>>>;
}

const tableAndIndexes: readonly ConnectorResource[] = [
  { end: "Destination", suffix: "" },
  { end: "Destination", suffix: "/index/*" },
];

const toTable: ConnectorProfile = {
  granted: "Source",
  permissions: {
    Read: {
      actions: [
        "dynamodb:GetItem",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:PartiQLSelect",
      ],
      resources: tableAndIndexes,
    },
    Write: {
      actions: [
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "dynamodb:BatchWriteItem",
        "dynamodb:PartiQLDelete",
        "dynamodb:PartiQLInsert",
        "dynamodb:PartiQLUpdate",
      ],
      resources: tableAndIndexes,
    },
  },
};

const fromStream: ConnectorProfile = {
  granted: "Destination",
  permissions: {
    Read: {
      actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
      resources: [{ end: "Source", suffix: "/stream/*" }],
    },
  },
};

/** What SAM makes of its own types before it looks a connector up. */
const generatedTypes: ReadonlyMap<string, string> = new Map([
  ["AWS::Serverless::Function", "AWS::Lambda::Function"],
  ["AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"],
  ["AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table"],
]);

const table = "AWS::DynamoDB::Table";
const profiles: ReadonlyMap<string, ConnectorProfile> = new Map([
  [`AWS::Lambda::Function -> ${table}`, toTable],
  [`AWS::StepFunctions::StateMachine -> ${table}`, toTable],
  [`AWS::AppSync::DataSource -> ${table}`, toTable],
  [`${table} -> AWS::Lambda::Function`, fromStream],
]);

/** The profile of a connector between two resource types, SAM's own types included. Undefined: such a connector reaches no table. */
export function connectorProfile(sourceType: string, destinationType: string): ConnectorProfile | undefined {
  const source = generatedTypes.get(sourceType) ?? sourceType;
  const destination = generatedTypes.get(destinationType) ?? destinationType;
  return profiles.get(`${source} -> ${destination}`);
}

/** The resource of a connector's policy, given the ARN of each end. */
export function connectorResource(
  resource: ConnectorResource,
  ends: { Source: ArnText; Destination: ArnText },
): ArnText {
  const arn = ends[resource.end];
  return resource.suffix === "" ? arn : [...arn, resource.suffix];
}

/** What `AWS::Serverless::GraphQLApi` asks of the connector to a `DataSources.DynamoDb` entry that names no Permissions. */
export const graphQlApiDefaultPermissions: readonly ConnectorPermission[] = ["Read", "Write"];

/** The AWS managed policy, by ARN tail, that an event of `Type: DynamoDB` attaches to the role that SAM generates for the function. */
export const dynamoDbEventManagedPolicy = "service-role/AWSLambdaDynamoDBExecutionRole";
