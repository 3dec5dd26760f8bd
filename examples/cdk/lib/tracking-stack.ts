import { Duration, Stack, type StackProps } from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

export interface TrackingStackProps extends StackProps {
  readonly parcels: dynamodb.ITable;
  readonly depots: dynamodb.ITable;
}

/** Answers "where is my parcel?", and takes the scans of the depots. */
export class TrackingStack extends Stack {
  constructor(scope: Construct, id: string, props: TrackingStackProps) {
    super(scope, id, props);

    const lookUp = this.addFunction("LookUp", props, `
      const { DynamoDBClient, QueryCommand } = require("@aws-sdk/client-dynamodb");
      const db = new DynamoDBClient();
      exports.handler = ({ parcelId }) => db.send(new QueryCommand({
        TableName: process.env.PARCELS_TABLE,
        KeyConditionExpression: "parcelId = :id",
        ExpressionAttributeValues: { ":id": { S: parcelId } },
        ScanIndexForward: false,
        Limit: 1,
      }));`);
    props.parcels.grantReadData(lookUp);
    props.depots.grantReadData(lookUp);

    const takeScan = this.addFunction("TakeScan", props, `
      const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");
      const db = new DynamoDBClient();
      exports.handler = ({ parcelId, depotId }) => db.send(new PutItemCommand({
        TableName: process.env.PARCELS_TABLE,
        Item: { parcelId: { S: parcelId }, depotId: { S: depotId }, scannedAt: { S: new Date().toISOString() } },
      }));`);
    props.parcels.grantFullAccess(takeScan);
  }

  private addFunction(id: string, tables: TrackingStackProps, code: string): lambda.Function {
    return new lambda.Function(this, id, {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: "index.handler",
      code: lambda.Code.fromInline(code.replaceAll("\n      ", "\n").trim()),
      timeout: Duration.seconds(10),
      environment: { PARCELS_TABLE: tables.parcels.tableName, DEPOTS_TABLE: tables.depots.tableName },
    });
  }
}
