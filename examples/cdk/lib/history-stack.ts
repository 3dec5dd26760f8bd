import { NestedStack, type NestedStackProps, RemovalPolicy } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as kms from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** Delivered parcels, kept ten years for the customs office; nested to stay below the resource limit. */
export class HistoryStack extends NestedStack {
  constructor(scope: Construct, id: string, props?: NestedStackProps) {
    super(scope, id, props);

    const key = new kms.Key(this, "Key", {
      description: "Delivered parcels",
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    new dynamodb.Table(this, "Delivered", {
      partitionKey: { name: "parcelId", type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
    });
  }
}
