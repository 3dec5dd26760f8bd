import { describe, expect, test } from "vitest";
import { asJson } from "../as-json.ts";
import { marked, offered, repaired, shown } from "../harness.ts";
import { relatedTo, told, toldInBoth, untold } from "../told.ts";
import { ASSOCIATION, endpoint, ROUTES, reader, role, SUBNET, template, VPC } from "./networks.ts";

const RULE = "gateway-endpoint-without-routes";

const NONE = 'error Gateway endpoint "Endpoint" names no route table: no traffic goes through it.';
const CONDITIONS = "Conditions:\n  IsProd: !Equals [!Ref AWS::Region, eu-west-1]\n";

describe("an endpoint without route tables", () => {
  test("stands at the logical id, or at the empty list", () => {
    const absent = template(VPC, endpoint("VpcEndpointType: Gateway"));
    expect(shown(RULE, absent)).toEqual([`4:2-4:10 ${NONE}`]);
    expect(toldInBoth(RULE, absent)).toEqual([NONE]);
    expect(marked(RULE, template(VPC, endpoint("RouteTableIds: []")))).toEqual(["[]"]);
  });

  test.each([
    "RouteTableIds: []",
    "RouteTableIds: !Ref AWS::NoValue",
    "RouteTableIds: [!Ref AWS::NoValue]",
    "PolicyDocument: {}",
  ])("%s", (properties) => {
    expect(toldInBoth(RULE, template(VPC, endpoint(properties)))).toEqual([NONE]);
  });

  test("is judged without any table in view: it names DynamoDB itself", () => {
    expect(toldInBoth(RULE, template(endpoint("VpcEndpointType: Gateway", "vpc-1")))).toEqual([NONE]);
  });

  test.each([
    ["with route tables", endpoint()],
    ["with ids as they are", endpoint("RouteTableIds: [rtb-1]")],
    ["of the interface kind", endpoint("VpcEndpointType: Interface")],
    ["for S3", endpoint("VpcEndpointType: Gateway").replace(".dynamodb", ".s3")],
  ])("passes %s", (_, part) => {
    expect(toldInBoth(RULE, template(VPC, ROUTES, part))).toEqual([]);
    expect(untold(RULE, template(VPC, ROUTES, part))).toEqual([]);
  });

  test("in one branch", () => {
    const text =
      CONDITIONS + template(VPC, ROUTES, endpoint("RouteTableIds: !If [IsProd, [!Ref Routes], !Ref AWS::NoValue]"));
    expect(toldInBoth(RULE, text)).toEqual([NONE.replace("error ", "error When IsProd is false: ")]);
  });

  test("a branch in which it is of the interface kind needs none", () => {
    const kinds = (tables: string) =>
      CONDITIONS +
      template(VPC, ROUTES, endpoint(`VpcEndpointType: !If [IsProd, Interface, Gateway], RouteTableIds: ${tables}`));
    expect(toldInBoth(RULE, kinds("!If [IsProd, !Ref AWS::NoValue, [!Ref Routes]]"))).toEqual([]);
    expect(toldInBoth(RULE, kinds("!Ref AWS::NoValue"))).toEqual([
      NONE.replace("error ", "error When IsProd is false: "),
    ]);
  });

  test("what only deployment knows cannot be told", () => {
    const parameters = "Parameters:\n  Tables: { Type: CommaDelimitedList }\n  Kind: { Type: String }\n";
    const tables = parameters + template(VPC, endpoint("RouteTableIds: !Ref Tables"));
    expect(toldInBoth(RULE, tables)).toEqual([]);
    expect(untold(RULE, tables)).toEqual(["9:109 parameter Tables has no default"]);
    const kind = parameters + template(VPC, endpoint("VpcEndpointType: !Ref Kind"));
    expect(toldInBoth(RULE, kind)).toEqual([]);
    expect(untold(RULE, kind)).toEqual(["9:111 parameter Kind has no default"]);
  });
});

describe("the route tables of the subnets that use DynamoDB", () => {
  const OTHER = ROUTES.replace("Routes:", "Other:");
  const notRouted = (table = 'whose route table "Routes"') =>
    `warning "Reader" uses DynamoDB from subnet "Subnet", ${table} is not among those of endpoint "Endpoint": its traffic does not go through it.`;
  const text = (tables: string, ...parts: string[]) =>
    template(VPC, SUBNET, ROUTES, OTHER, endpoint(`RouteTableIds: ${tables}`), role(), reader(), ...parts);

  test("have to be among them", () => {
    expect(toldInBoth(RULE, text("[!Ref Other]", ASSOCIATION))).toEqual([notRouted()]);
    expect(marked(RULE, text("[!Ref Other]", ASSOCIATION))).toEqual(["RouteTableIds"]);
    expect(relatedTo(RULE, text("[!Ref Other]", ASSOCIATION))).toEqual(['26:6-26:15 "Reader" runs in that subnet']);
    expect(toldInBoth(RULE, text("[!Ref Other, !Ref Routes]", ASSOCIATION))).toEqual([]);
  });

  test("of several endpoints count together", () => {
    const second = endpoint().replace("Endpoint:", "Second:");
    expect(toldInBoth(RULE, text("[!Ref Other]", ASSOCIATION, second))).toEqual([]);
  });

  test("may be the main one, which no endpoint in view names", () => {
    const main = notRouted("which has no route table in view: the main one of the VPC");
    expect(toldInBoth(RULE, text("[!Ref Other]"))).toEqual([main]);
    expect(offered(RULE, text("[!Ref Other]"))).toEqual([]);
  });

  test("are not looked at for what does not use DynamoDB, or runs elsewhere", () => {
    const idle = text("[!Ref Other]", ASSOCIATION).replace("Action: dynamodb:GetItem", "Action: s3:GetObject");
    expect(toldInBoth(RULE, idle)).toEqual([]);
    const elsewhere = text("[!Ref Other]", ASSOCIATION).replace("[!Ref Subnet]", "[subnet-1]");
    expect(toldInBoth(RULE, elsewhere)).toEqual([]);
  });

  test("are not known where an association or an entry leads out of view", () => {
    const head = "Parameters:\n  Any: { Type: String }\n";
    const association = (subnet: string, table: string) =>
      ASSOCIATION.replace("!Ref Subnet", subnet).replace("!Ref Routes", table);
    expect(toldInBoth(RULE, head + text("[!Ref Other]", association("!Ref Subnet", "!Ref Any")))).toEqual([]);
    expect(toldInBoth(RULE, head + text("[!Ref Other]", association("!Ref Any", "!Ref Routes")))).toEqual([]);
    const entry = head + text("[!Ref Other, !Ref Any]", ASSOCIATION);
    expect(toldInBoth(RULE, entry)).toEqual([]);
    expect(untold(RULE, entry)).toEqual(["17:109 a route table of its VPC's endpoints is not in view"]);
    const both = text(
      "[!Ref Other]",
      ASSOCIATION,
      endpoint("VpcEndpointType: Interface").replace("Endpoint:", "Second:"),
    );
    expect(toldInBoth(RULE, both)).toEqual([]);
    expect(untold(RULE, both)).toEqual(["15:109 its VPC has an interface endpoint too"]);
  });

  test("in another file", () => {
    const network = `${template(VPC, SUBNET, ROUTES, OTHER, ASSOCIATION, endpoint("RouteTableIds: [!Ref Other]"))}Outputs:\n  Subnet: { Value: !Ref Subnet, Export: { Name: subnet } }\n`;
    expect(told(RULE, { "a.yaml": network, "b.yaml": template(role(), reader("[!ImportValue subnet]")) })).toEqual([
      notRouted(),
    ]);
  });

  test("passed by a parent stack", () => {
    const child = `Parameters:\n  Tables: { Type: CommaDelimitedList }\n  VpcId: { Type: String }\n${template(endpoint("RouteTableIds: !Ref Tables", "!Ref VpcId"))}`;
    const parent = (
      tables: string,
    ) => `${template(VPC, SUBNET, ROUTES, OTHER, ASSOCIATION, role(), reader())}  Endpoints:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: ./child.yaml, Parameters: { VpcId: !Ref Vpc, Tables: ${tables} } }
`;
    const files = (tables: string) => ({ "child.yaml": child, "main.yaml": parent(tables) });
    expect(told(RULE, files('!Join [",", [!Ref Routes, !Ref Other]]'))).toEqual([]);
    expect(untold(RULE, files('!Join [",", [!Ref Routes, !Ref Other]]'))).toEqual([]);
    expect(told(RULE, files("!Ref Other"))).toEqual([notRouted()]);
  });
});

describe("the fixes", () => {
  test("name the VPC's route tables", () => {
    const text = `Resources:
${VPC}${ROUTES}${ROUTES.replace("Routes:", "Other:")}  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      ServiceName: com.amazonaws.eu-west-1.dynamodb # gateway
      VpcId: !Ref Vpc
`;
    expect(offered(RULE, text)).toEqual([
      "caution: Route through the endpoint from Routes and Other (open connections are reset)",
    ]);
    expect(repaired(RULE, text)).toBe(`${text}      RouteTableIds:\n        - !Ref Routes\n        - !Ref Other\n`);
    const empty = template(VPC, ROUTES, endpoint("RouteTableIds: []"));
    expect(repaired(RULE, empty)).toBe(empty.replace("[]", "[!Ref Routes]"));
    const json = asJson(empty);
    expect(repaired(RULE, json)).toBe(
      json.replace(
        '"RouteTableIds": []',
        '"RouteTableIds": [\n          {\n            "Ref": "Routes"\n          }\n        ]',
      ),
    );
  });

  test("are none where no route table of the VPC is in view", () => {
    expect(offered(RULE, template(VPC, endpoint("VpcEndpointType: Gateway")))).toEqual([]);
  });

  test("add the one that is missing", () => {
    const text = template(
      VPC,
      SUBNET,
      ROUTES,
      ROUTES.replace("Routes:", "Other:"),
      endpoint("RouteTableIds: [!Ref Other]"),
      role(),
      reader(),
      ASSOCIATION,
    );
    expect(offered(RULE, text)).toEqual(["caution: Add route table Routes (open connections are reset)"]);
    expect(repaired(RULE, text)).toBe(text.replace("[!Ref Other]", "[!Ref Other, !Ref Routes]"));
  });
});
