import { App } from "aws-cdk-lib";
import { ParcelsStage } from "../lib/parcels-stage";

const app = new App({
  // cdk.out is committed here, so it must not name folders of the machine that made it.
  context: { "aws:cdk:disable-creation-stack-traces": true },
});

new ParcelsStage(app, "Prod", {
  env: { account: "111122223333", region: "eu-west-1" },
});

app.synth();
