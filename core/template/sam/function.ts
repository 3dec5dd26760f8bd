import { findEntry, type MapNode, type Node, textAt } from "../../syntax/node.ts";
import { argumentsOf, intrinsicOf, isNoValue } from "../intrinsics.ts";
import type { Resource } from "../template.ts";
import { dynamoDbEventManagedPolicy } from "./connector-profiles.ts";
import { type Globals, propertiesWithGlobals } from "./globals.ts";
import { policiesOf } from "./policies.ts";
import { arnOf, generated, keys, lowered, role, tagList, withProperties } from "./resource.ts";
import { call, list, map, ref } from "./synthetic.ts";
import { asMap, entriesOf, entryUnder, isEmpty, isNull, mapUnder, textOf, valueUnder } from "./written.ts";

const FUNCTION = "AWS::Lambda::Function";

/** Properties that go to the role. */
const OF_THE_ROLE = ["Policies", "AssumeRolePolicyDocument", "PermissionsBoundary"];

/** The properties of a Lambda function that SAM passes on as they are. Source: the translator's SamFunction. */
const PASSED_ON = keys([
  "Architectures",
  "CodeSigningConfigArn",
  "Description",
  "DurableConfig",
  "Environment",
  "EphemeralStorage",
  "FileSystemConfigs",
  "FunctionName",
  "Handler",
  "ImageConfig",
  "KmsKeyArn",
  "Layers",
  "LoggingConfig",
  "MemorySize",
  "PackageType",
  "RecursiveLoop",
  "ReservedConcurrentExecutions",
  "Role",
  "Runtime",
  "RuntimeManagementConfig",
  "SnapStart",
  "TenancyConfig",
  "Timeout",
  "VpcConfig",
]);

/**
 * `AWS::Serverless::Function` → the Lambda function, its role where SAM generates one, and the mappings of its DynamoDB events. SAM's own
 * properties that become other resources (`Events`, `FunctionUrlConfig` …) stay readable beside CloudFormation's.
 */
export function lowerFunction(resource: Resource, globals: Globals): Resource[] {
  const source = propertiesWithGlobals(resource, "Function", globals);
  if (!source) return [{ ...resource, type: FUNCTION }];
  const roleId = `${resource.id}Role`;
  const decision = roleDecision(resource, source, roleId);
  const mappings = dynamoDbMappings(resource, source);
  const tags = mapUnder(source, "Tags");
  const tracing = valueUnder(source, "Tracing");
  const traced = tracing && !isEmpty(tracing.node) && textOf(tracing.node) !== "Disabled";
  const deadLetters = mapUnder(source, "DeadLetterQueue");
  const target = deadLetters && entryUnder(deadLetters, "TargetArn")?.value;
  const inlineCode = entryUnder(source, "InlineCode");
  const made = {
    Role: decision?.value,
    Tags: tags && tagList(tags),
    TracingConfig: traced ? map({ Mode: tracing.node }, tracing.key) : undefined,
    DeadLetterConfig: target && map({ TargetArn: target }, target),
    Code: inlineCode && map({ ZipFile: inlineCode.value }, inlineCode.key),
  };
  const result = [lowered(resource, FUNCTION, withProperties(source, OF_THE_ROLE, made, PASSED_ON))];
  if (decision) {
    const attached = policiesOf(valueUnder(source, "Policies")?.node, roleId);
    const standard = ["service-role/AWSLambdaBasicExecutionRole"];
    if (!isEmpty(findEntry(source, "DurableConfig")?.entry.value))
      standard[0] = "service-role/AWSLambdaBasicDurableExecutionRolePolicy";
    if (traced) standard.push("AWSXrayWriteOnlyAccess");
    if (!isEmpty(findEntry(source, "VpcConfig")?.entry.value))
      standard.push("service-role/AWSLambdaVPCAccessExecutionRole");
    if (mappings.length > 0) standard.push(dynamoDbEventManagedPolicy);
    const trust = entryUnder(source, "AssumeRolePolicyDocument");
    const generatedRole = role(resource, roleId, {
      ...attached,
      trust: trust && !isNull(trust.value) ? trust : undefined,
      service: "lambda.amazonaws.com",
      standard,
      boundary: entryUnder(source, "PermissionsBoundary"),
      incomplete: source.incomplete,
    });
    result.push({ ...generatedRole, condition: decision.condition, unless: decision.unless });
  }
  return [...result, ...mappings];
}

interface RoleDecision {
  /** The function's `Role`. */
  value: Node;
  /** The generated role's conditions. */
  condition?: string;
  unless?: string;
}

/**
 * SAM generates a role where none is written, and where one side of an `Fn::If` is `AWS::NoValue`: then under that condition, which
 * replaces the function's own.
 */
function roleDecision(resource: Resource, source: MapNode, roleId: string): RoleDecision | undefined {
  const written = valueUnder(source, "Role");
  const { condition } = resource;
  if (!written || isNull(written.node)) return { value: arnOf(roleId, resource.key), condition };
  const called = intrinsicOf(written.node);
  const [test, whenTrue, whenFalse] = called?.name === "Fn::If" ? argumentsOf(called.argument) : [];
  const name = textOf(test);
  if (!test || name === undefined || !whenTrue || !whenFalse) return undefined;
  const arn = arnOf(roleId, written.node);
  const choice = (left: Node, right: Node) => call("Fn::If", list([test, left, right], written.node), written.node);
  if (isNoValue(whenTrue) && isNoValue(whenFalse)) return { value: arn, condition };
  if (isNoValue(whenTrue)) return { value: choice(arn, whenFalse), condition: name };
  if (isNoValue(whenFalse)) return { value: choice(whenTrue, arn), unless: name };
  return undefined;
}

/** Source: the translator's PullEventSource. */
const MAPPING_PROPERTIES = keys(
  [
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "Enabled",
    "FilterCriteria",
    "FunctionResponseTypes",
    "KmsKeyArn",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "ScalingConfig",
    "StartingPosition",
    "StartingPositionTimestamp",
    "TumblingWindowInSeconds",
  ],
  { EventSourceArn: "Stream" },
);

/** Events of `Type: DynamoDB` as event source mappings. */
function dynamoDbMappings(resource: Resource, source: MapNode): Resource[] {
  const events = mapUnder(source, "Events");
  return (events ? entriesOf(events) : []).flatMap(({ key, value }): Resource[] => {
    const event = asMap(value);
    if (!event || textAt(event, "Type") !== "DynamoDB") return [];
    const found = valueUnder(event, "Properties");
    const own = found && asMap(found.node);
    if (!found || !own) return [];
    const writtenAs = own.generated ? {} : { writtenAs: { into: own, under: [] } };
    const stream = entryUnder(own, "Stream")?.value;
    const made = { FunctionName: ref(resource.id, key), EventSourceArn: stream };
    const properties = withProperties({ ...own, ...writtenAs }, ["Stream"], made, MAPPING_PROPERTIES);
    const path = ["Resources", resource.logicalId, "Properties", "Events", key.text, "Properties"];
    return [
      {
        ...generated(resource, resource.id + key.text, "AWS::Lambda::EventSourceMapping", properties),
        part: { path, key: found.key },
      },
    ];
  });
}
