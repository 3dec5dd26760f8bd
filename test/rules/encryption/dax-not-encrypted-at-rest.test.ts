import { describe, expect, test } from "vitest";
import { fixedText, marked, offered, repaired, shown } from "../harness.ts";
import { toldInBoth, toldWith, untold } from "../told.ts";

const RULE = "dax-not-encrypted-at-rest";

const UNSET = `DAX cluster "Cache" stores cached items on disk unencrypted (SSEEnabled is not set).`;
const OFF = `DAX cluster "Cache" stores cached items on disk unencrypted (SSEEnabled is false).`;
const FIX = "caution: Encrypt at rest (replaces the cluster)";

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
  test("nothing is written: off is the default", () => {
    expect(shown(RULE, cluster(""))).toEqual([`1:2-1:7 warning ${UNSET}`]);
    expect(toldInBoth(RULE, cluster(""))).toEqual([`warning ${UNSET}`]);
  });

  test.each([
    ["an empty specification", "      SSESpecification: {}\n", UNSET, "SSESpecification"],
    ["false", "      SSESpecification: { SSEEnabled: false }\n", OFF, "false"],
    ["false as a text", '      SSESpecification: { SSEEnabled: "false" }\n', OFF, '"false"'],
    ["half typed", "      SSESpecification:\n", UNSET, "SSESpecification"],
    ["no value", "      SSESpecification: { SSEEnabled: !Ref AWS::NoValue }\n", UNSET, "!Ref AWS::NoValue"],
  ])("%s", (_, properties, message, place) => {
    expect(toldInBoth(RULE, cluster(properties))).toEqual([`warning ${message}`]);
    expect(marked(RULE, cluster(properties))).toEqual([place]);
  });

  test.each(["true", '"true"'])("passes with %s", (value) => {
    expect(toldInBoth(RULE, cluster(`      SSESpecification: { SSEEnabled: ${value} }\n`))).toEqual([]);
  });

  test("node types that do not support it", () => {
    const template = cluster("      SSESpecification: { SSEEnabled: true }\n").replace("dax.t3.small", "dax.r3.large");
    expect(toldInBoth(RULE, template)).toEqual([
      `warning DAX cluster "Cache" asks for encryption at rest, which dax.r3.large nodes do not support.`,
    ]);
    expect(marked(RULE, template)).toEqual(["dax.r3.large"]);
    expect(offered(RULE, template)).toEqual([]);
  });
});

describe("branches and what is not known", () => {
  test("one branch of a condition", () => {
    const template = `${CONDITIONS}${cluster("      SSESpecification: { SSEEnabled: !If [IsProd, true, false] }\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OFF}`]);
  });

  test("a node type that is r3 only where encryption is off says nothing of support", () => {
    const template = `${CONDITIONS}${cluster("      SSESpecification: { SSEEnabled: !If [IsProd, true, false] }\n").replace("dax.t3.small", "!If [IsProd, dax.r5.large, dax.r3.large]")}`;
    expect(toldInBoth(RULE, template)).toEqual([`warning When IsProd is false: ${OFF}`]);
  });

  test("a parameter", () => {
    const template = `Parameters:\n  P: { Type: String }\n${cluster("      SSESpecification: { SSEEnabled: !Ref P }\n")}`;
    expect(toldInBoth(RULE, template)).toEqual([]);
    expect(untold(RULE, template)).toHaveLength(1);
    expect(toldWith(RULE, template, { parameters: new Map([["P", "false"]]) })).toEqual([`warning ${OFF}`]);
    expect(toldWith(RULE, template, { parameters: new Map([["P", "true"]]) })).toEqual([]);
  });

  test("an unknown macro may add it", () => {
    expect(toldInBoth(RULE, `Transform: Company::Defaults\n${cluster("")}`)).toEqual([]);
  });
});

describe("the fix", () => {
  test("adds the specification and leaves everything else as it is", () => {
    const template = cluster("      # three nodes, one per zone\n      ReplicationFactor: 3\n");
    expect(offered(RULE, template)).toEqual([FIX]);
    expect(repaired(RULE, template)).toBe(
      cluster(
        "      # three nodes, one per zone\n      ReplicationFactor: 3\n      SSESpecification:\n        SSEEnabled: true\n",
      ),
    );
  });

  test("is never made with all others", () => {
    expect(fixedText(cluster(""))).toBe(cluster(""));
  });

  test("replaces false, in flow style", () => {
    expect(repaired(RULE, cluster("      SSESpecification: { SSEEnabled: false } # later\n"))).toBe(
      cluster("      SSESpecification: { SSEEnabled: true } # later\n"),
    );
  });

  test("is not offered for a named cluster, which cannot be replaced", () => {
    expect(offered(RULE, cluster("      ClusterName: cache\n"))).toEqual([]);
  });
});
