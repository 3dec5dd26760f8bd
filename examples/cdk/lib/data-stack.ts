import { Stack, type StackProps, Tags } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { HistoryStack } from "./history-stack";

export class DataStack extends Stack {
  readonly parcels: dynamodb.ITable;
  readonly depots: dynamodb.ITableV2;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    // Where every parcel is. A scanner writes here some 400 times a second before Christmas.
    const parcels = new dynamodb.Table(this, "Parcels", {
      partitionKey: { name: "parcelId", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "scannedAt", type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      stream: dynamodb.StreamViewType.NEW_IMAGE,
    });
    parcels.addGlobalSecondaryIndex({
      indexName: "byDepot",
      partitionKey: { name: "depotId", type: dynamodb.AttributeType.STRING },
      sortKey: { name: "scannedAt", type: dynamodb.AttributeType.STRING },
    });

    // Opening hours and addresses, read by the apps on both sides of the Atlantic.
    const depots = new dynamodb.TableV2(this, "Depots", {
      partitionKey: { name: "depotId", type: dynamodb.AttributeType.STRING },
      encryption: dynamodb.TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      replicas: [{ region: "us-east-1", deletionProtection: false }],
    });

    new HistoryStack(this, "History");

    Tags.of(this).add("service", "parcels");
    this.parcels = parcels;
    this.depots = depots;
  }
}
