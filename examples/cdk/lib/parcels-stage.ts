import { Stage, type StageProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { DataStack } from "./data-stack";
import { TrackingStack } from "./tracking-stack";

/** Everything of one environment: the data first, then what works with it. */
export class ParcelsStage extends Stage {
  constructor(scope: Construct, id: string, props: StageProps) {
    super(scope, id, props);

    const data = new DataStack(this, "Data");
    new TrackingStack(this, "Tracking", { parcels: data.parcels, depots: data.depots });
  }
}
