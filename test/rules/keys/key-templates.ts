import { inline, roleOf } from "../identity/policies.ts";

/** Templates with the key of a table. Statements are given as in `identity/policies.ts`. */

/** A table with a key of its own; lines of the key's properties at six spaces. */
export const tableWithKey = (key = "") => `  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: !GetAtt OrdersKey.Arn }
  OrdersKey:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
${key}`;

/** The lines of a key policy; statements in flow style. */
export const keyPolicy = (...statements: string[]) => `      KeyPolicy:
        Version: "2012-10-17"
        Statement:
${statements.map((statement) => `          - ${statement}\n`).join("")}`;

/** The default policy: identity policies decide. */
export const ROOT =
  '{ Effect: Allow, Principal: { AWS: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" }, Action: "kms:*", Resource: "*" }';

/** A role with an inline policy. Its first statement is on line 14 (zero-based), its action on line 15, its resource on line 16. */
export const withRole = (principal: string, statements: string, around: string) =>
  `Resources:\n${roleOf(principal, inline(statements))}${around}`;

/** Lets a role work with the data. */
export const DATA = `          - Effect: Allow
            Action: dynamodb:GetItem
            Resource: !GetAtt Orders.Arn
`;
