import { describe, expect, test } from "vitest";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "dax-endpoint-not-tls";

const UNSET = `DAX cluster "Cache" accepts unencrypted connections (ClusterEndpointEncryptionType is not set).`;
const NONE = `DAX cluster "Cache" accepts unencrypted connections (ClusterEndpointEncryptionType is NONE).`;
const FIX = "caution: Require TLS (replaces the cluster; clients must use daxs://)";

const cluster = (properties: string) => `Resources:
  Cache:
    Type: AWS::DAX::Cluster
    Properties:
      NodeType: dax.t3.small
${properties}`;

const CONDITIONS = `Conditions:
  IsProd: !Equals [!Ref AWS::Region, eu-west-1]
`;

describe("what is found", () => {
  test("nothing is written: NONE is the default", () => {
    expect(shown(RULE, cluster(""))).toEqual([`1:2-1:7 warning ${UNSET}`]);
    expect(toldInBoth(RULE, cluster(""))).toEqual([`warning ${UNSET}`]);
  });

  test("NONE is written", () => {
    const template = cluster("      ClusterEndpointEncryptionType: NONE\n");
    expect(shown(RULE, template)).toEqual([`5:37-5:41 warning ${NONE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${NONE}`]);
  });

  test.each([
    ["half typed", "", "ClusterEndpointEncryptionType"],
    ["no value", "!Ref AWS::NoValue", "!Ref AWS::NoValue"],
  ])("%s", (_, value, place) => {
    const template = cluster(`      ClusterEndpointEncryptionType: ${value}\n`);
    expect(marked(RULE, template)).toEqual([place]);
    expect(toldInBoth(RULE, template)).toEqual([`warning ${UNSET}`]);
  });

  test("passes with TLS", () => {
    expect(toldInBoth(RULE, cluster("      ClusterEndpointEncryptionType: TLS\n"))).toEqual([]);
  });

  test("without Properties", () => {
    expect(shown(RULE, "Resources:\n  Cache:\n    Type: AWS::DAX::Cluster\n")).toEqual([`1:2-1:7 warning ${UNSET}`]);
  });

  test.each(["{ Type: TLS }", "[TLS]"])("a value of a wrong kind is nothing to judge: %s", (value) => {
    expect(toldInBoth(RULE, cluster(`      ClusterEndpointEncryptionType: ${value}\n`))).toEqual([]);
  });

  test("encryption at rest is another matter", () => {
    expect(toldInBoth(RULE, cluster("      SSESpecification: { SSEEnabled: true }\n"))).toEqual([`warning ${UNSET}`]);
  });
});

describe("branches", () => {
  test("the failing one is named", () => {
    const template = `${CONDITIONS}${cluster("      ClusterEndpointEncryptionType: !If [IsProd, TLS, NONE]\n")}`;
    expect(shown(RULE, template)).toEqual([`7:55-7:59 warning When IsProd is false: ${NONE}`]);
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${NONE}`]);
  });

  test("one that the cluster's own condition excludes is not", () => {
    const template = `${CONDITIONS}${cluster("      ClusterEndpointEncryptionType: !If [IsProd, TLS, NONE]\n").replace("    Properties:", "    Condition: IsProd\n    Properties:")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
  });

  test("parameters: allowed values, a default, a value that is given, none", () => {
    const byParameter = (parameter: string) =>
      `Parameters:\n  Type: ${parameter}\n${cluster("      ClusterEndpointEncryptionType: !Ref Type\n")}`;
    expect(toldInBoth(RULE, byParameter("{ Type: String, AllowedValues: [TLS, NONE] }"))).toEqual([
      `warning When Type is "NONE": ${NONE}`,
    ]);
    expect(toldInBoth(RULE, byParameter("{ Type: String, Default: NONE }"))).toEqual([
      `warning ${NONE} (with the default of parameter Type)`,
    ]);
    expect(
      toldWith(RULE, byParameter("{ Type: String, Default: NONE }"), { parameters: new Map([["Type", "TLS"]]) }),
    ).toEqual([]);
    const open = byParameter("{ Type: String }");
    expect(toldInBoth(RULE, open)).toEqual([]);
    expect(untold(RULE, open)).toEqual(["7:37 parameter Type has no default"]);
  });

  test("each entry of a mapping", () => {
    const template = `Mappings:
  Stages:
    prod: { endpoint: TLS }
    test: { endpoint: NONE }
Parameters:
  Stage: { Type: String, AllowedValues: [prod, test] }
${cluster("      ClusterEndpointEncryptionType: !FindInMap [Stages, !Ref Stage, endpoint]\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When Stage is "test": ${NONE}`]);
  });

  test("an unknown transform may set it", () => {
    const template = `Transform: Company::Defaults\n${cluster("")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toEqual(["2:2 the transform Company::Defaults may change anything"]);
  });
});

describe("repairs", () => {
  test("never by themselves, as the cluster is replaced", () => {
    expect(offered(RULE, cluster(""))).toEqual([FIX]);
    expect(fixedText(cluster(""))).toBe(cluster(""));
  });

  test("block YAML, flow YAML and JSON", () => {
    expect(repaired(RULE, cluster("      ReplicationFactor: 3 # one per zone\n"))).toBe(
      cluster("      ReplicationFactor: 3 # one per zone\n      ClusterEndpointEncryptionType: TLS\n"),
    );
    expect(repaired(RULE, cluster("      ClusterEndpointEncryptionType: NONE # fast\n"))).toBe(
      cluster("      ClusterEndpointEncryptionType: TLS # fast\n"),
    );
    expect(
      repaired(RULE, "Resources: { Cache: { Type: AWS::DAX::Cluster, Properties: { ReplicationFactor: 3 } } }\n"),
    ).toBe(
      "Resources: { Cache: { Type: AWS::DAX::Cluster, Properties: { ReplicationFactor: 3, ClusterEndpointEncryptionType: TLS } } }\n",
    );
    expect(
      repaired(
        RULE,
        '{"Resources": {"Cache": {"Type": "AWS::DAX::Cluster", "Properties": {"ClusterEndpointEncryptionType": "NONE"}}}}',
      ),
    ).toBe(
      '{"Resources": {"Cache": {"Type": "AWS::DAX::Cluster", "Properties": {"ClusterEndpointEncryptionType": "TLS"}}}}',
    );
  });

  test("a branch, by name", () => {
    const template = `${CONDITIONS}${cluster("      ClusterEndpointEncryptionType: !If [IsProd, TLS, NONE]\n")}`;
    expect(offered(RULE, template)).toEqual([`${FIX} (where IsProd is false)`]);
    expect(repaired(RULE, template)).toBe(template.replace(", NONE]", ", TLS]"));
  });

  test.each([
    ["a cluster with a name, which cannot be replaced", cluster("      ClusterName: orders\n")],
    ["a computed name", cluster("      ClusterName: !Sub '${AWS::StackName}-orders'\n")],
    ["an alias", `None: &none NONE\n${cluster("      ClusterEndpointEncryptionType: *none\n")}`],
    ["a merge key", `None: &none { ClusterEndpointEncryptionType: NONE }\n${cluster("      <<: *none\n")}`],
    [
      "a parameter",
      `Parameters:\n  Type: { Type: String, Default: NONE }\n${cluster("      ClusterEndpointEncryptionType: !Ref Type\n")}`,
    ],
    ["the CDK", cluster("").replace("    Properties:", "    Metadata: { aws:cdk:path: S/C }\n    Properties:")],
  ])("none for %s", (_, template) => {
    expect(marked(RULE, template)).toHaveLength(1);
    expect(offered(RULE, template)).toEqual([]);
  });
});
