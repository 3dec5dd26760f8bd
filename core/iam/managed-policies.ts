/**
 * The AWS managed policies that matter for DynamoDB, as the AWS Managed Policy Reference describes them. All of them speak of `Resource: "*"`.
 */
export interface ManagedPolicy {
  name: string;
  /** What stands between `policy/` and the name: `""`, `"service-role/"` or `"job-function/"`. */
  path: string;
  access: "everything" | "dynamodb-everything" | "reads" | "stream-only" | "none";
  /** The action patterns it allows as far as dynamodb and dax go, on every resource. */
  actions: readonly string[];
  /** What it allows on every table: one sentence, to be read after the policy's name. */
  allows: string;
  /** It does not speak of DynamoDB in particular, so it counts as a bare `*`: judged only where a table or DAX cluster is in view. */
  bare: boolean;
}

const streamActions = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];
const full = ["dynamodb:*", "dax:*"];
const fullSentence =
  "It allows every DynamoDB and DAX action on every table: read all data, delete tables and backups, rewrite access policies.";
const dynamodbSentence =
  "It allows every DynamoDB action on every table: read all data, delete tables and backups, rewrite access policies.";

const policies: readonly ManagedPolicy[] = [
  {
    name: "AdministratorAccess",
    path: "",
    access: "everything",
    actions: ["*"],
    allows: "It allows every action of every service, so everything on every table and on who may use it.",
    bare: true,
  },
  {
    // NotAction iam, organizations and account.
    name: "PowerUserAccess",
    path: "",
    access: "everything",
    actions: full,
    allows: "It allows everything but the management of users and accounts, so everything on every table.",
    bare: true,
  },
  {
    name: "AmazonDynamoDBFullAccess",
    path: "",
    access: "dynamodb-everything",
    actions: full,
    allows: fullSentence,
    bare: false,
  },
  {
    name: "AmazonDynamoDBFullAccess_v2",
    path: "",
    access: "dynamodb-everything",
    actions: full,
    allows: fullSentence,
    bare: false,
  },
  {
    name: "AmazonDynamoDBFullAccesswithDataPipeline",
    path: "",
    access: "dynamodb-everything",
    actions: ["dynamodb:*"],
    allows: dynamodbSentence,
    bare: false,
  },
  {
    name: "DatabaseAdministrator",
    path: "job-function/",
    access: "dynamodb-everything",
    actions: ["dynamodb:*"],
    allows: dynamodbSentence,
    bare: true,
  },
  {
    name: "DataScientist",
    path: "job-function/",
    access: "dynamodb-everything",
    actions: ["dynamodb:*"],
    allows: dynamodbSentence,
    bare: true,
  },
  {
    name: "AmazonElasticMapReduceforEC2Role",
    path: "service-role/",
    access: "dynamodb-everything",
    actions: ["dynamodb:*"],
    allows: dynamodbSentence,
    bare: true,
  },
  {
    name: "AmazonEC2RoleforDataPipelineRole",
    path: "service-role/",
    access: "dynamodb-everything",
    actions: ["dynamodb:*"],
    allows: dynamodbSentence,
    bare: true,
  },
  {
    name: "AmazonDynamoDBReadOnlyAccess",
    path: "",
    access: "reads",
    actions: [
      "dynamodb:BatchGetItem",
      "dynamodb:Describe*",
      "dynamodb:List*",
      "dynamodb:GetAbacStatus",
      "dynamodb:GetItem",
      "dynamodb:GetResourcePolicy",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dynamodb:PartiQLSelect",
      "dax:Describe*",
      "dax:List*",
      "dax:GetItem",
      "dax:BatchGetItem",
      "dax:Query",
      "dax:Scan",
    ],
    allows: "It allows reading every item of every table, directly and through DAX.",
    bare: false,
  },
  {
    name: "ReadOnlyAccess",
    path: "",
    access: "reads",
    actions: [
      "dynamodb:BatchGet*",
      "dynamodb:Describe*",
      "dynamodb:Get*",
      "dynamodb:List*",
      "dynamodb:PartiQLSelect",
      "dynamodb:Query",
      "dynamodb:Scan",
      "dax:BatchGetItem",
      "dax:Describe*",
      "dax:GetItem",
      "dax:ListTags",
      "dax:Query",
      "dax:Scan",
    ],
    allows:
      "It allows reading every item and every stream of every table, beside nearly everything else in the account.",
    bare: true,
  },
  {
    name: "AWSLambdaDynamoDBExecutionRole",
    path: "service-role/",
    access: "stream-only",
    actions: streamActions,
    allows: "It allows reading the stream of every table, and no table itself.",
    bare: false,
  },
  {
    name: "AWSLambdaInvocation-DynamoDB",
    path: "",
    access: "stream-only",
    actions: streamActions,
    allows: "It allows reading the stream of every table, and no table itself.",
    bare: false,
  },
  {
    name: "AWSLambda_FullAccess",
    path: "",
    access: "none",
    actions: [],
    allows: "It allows nothing on any table.",
    bare: false,
  },
];

let byName: Map<string, ManagedPolicy> | undefined;

/**
 * The managed policy of that ARN or name, exactly as it is spelled (IAM compares case). Takes an ARN in any partition, with the partition also
 * empty or an unresolved `${AWS::Partition}`; the ARN's tail (`service-role/AWSLambdaDynamoDBExecutionRole`); and the bare name, which SAM
 * looks up. Undefined for other policies, a customer's policy of the same name included.
 */
export function managedPolicyNamed(arnOrName: string): ManagedPolicy | undefined {
  byName ??= new Map(
    policies.flatMap((policy) => [
      [policy.name, policy],
      [`${policy.path}${policy.name}`, policy],
    ]),
  );
  if (!arnOrName.startsWith("arn:")) return byName.get(arnOrName);
  const tail = /^arn:(?:[^:]*|\$\{[^}]*\}):iam::aws:policy\/(.*)$/s.exec(arnOrName)?.[1];
  const policy = tail === undefined ? undefined : byName.get(tail);
  return policy && tail === `${policy.path}${policy.name}` ? policy : undefined;
}
