import { allow, managedPolicy } from "../identity/policies.ts";

/** Templates with a statement "Own" that is limited by dynamodb:Attributes: action on line 8 (zero-based), condition on line 10. */

export const ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/players";
export const INDEX = `${ARN}/index/ByLevel`;

/** The test of the key, in flow style, for inside the braces of a condition. */
export const LIST = '"ForAllValues:StringEquals": { "dynamodb:Attributes": [id, name] }';

export const statement = (action: string, condition = LIST, resource = ARN) =>
  allow(action, resource, `            Condition: { ${condition} }\n            Sid: Own\n`);

export const policy = (action: string, condition = LIST, resource = ARN) =>
  managedPolicy(statement(action, condition, resource));

/** More tests beside the list. */
export const and = (more: string) => `${LIST}, ${more}`;

/** A table with the statement in its resource policy. */
export const inTable = (action: string, condition = LIST, resource = '"*"', more = "") => `Resources:
  Players:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: players
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      ResourcePolicy:
        PolicyDocument:
          Statement:
            - { Sid: Own, Effect: Allow, Principal: { AWS: "111122223333" }, Action: ${action}, Resource: ${resource}, Condition: { ${condition} } }
${more}`;

/** The same in a replica of a global table. */
export const inReplica = (action: string, condition = LIST) => `Resources:
  Players:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
      Replicas:
        - Region: eu-west-1
        - Region: eu-central-1
          ResourcePolicy:
            PolicyDocument:
              Statement:
                - { Sid: Own, Effect: Allow, Principal: { AWS: "111122223333" }, Action: ${action}, Resource: "*", Condition: { ${condition} } }
`;

/** The statement in the policies of a SAM function. */
export const inFunction = (action: string, condition = LIST) => `Transform: AWS::Serverless-2016-10-31
Resources:
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Policies: { Statement: { Sid: Own, Effect: Allow, Action: ${action}, Resource: "*", Condition: { ${condition} } } }
`;
