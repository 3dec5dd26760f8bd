/** Templates with policies. Statements are given as the YAML lines of a list at ten spaces; lines and characters of findings count on that. */

/** A statement of three lines: `Effect` on the first, `Action` on the second, `Resource` on the third; more lines at twelve spaces. */
export const allow = (action: string, resource: string, more = "") => `          - Effect: Allow
            Action: ${action}
            Resource: ${resource}
${more}`;

export const deny = (action: string, resource: string, more = "") =>
  allow(action, resource, more).replace("Effect: Allow", "Effect: Deny");

/** A managed policy that nobody in view has. The first statement is on line 7 (zero-based), its action on line 8, its resource on line 9. */
export const managedPolicy = (statements: string, around = "") => `Resources:
  AppPolicy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
${statements}${around}`;

/** A role that the given principal may take, with lines of properties at six spaces. */
export const roleOf = (principal: string, properties: string, id = "AppRole") => `  ${id}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: ${principal}, Action: "sts:AssumeRole" }
${properties}`;

/** The lines of a role's only inline policy. */
export const inline = (statements: string) => `      Policies:
        - PolicyName: app
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
${statements.replaceAll(/^/gm, "    ").trimEnd()}
`;

/** A table, to have DynamoDB in view. */
export const TABLE = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
`;

export const LAMBDA = "{ Service: lambda.amazonaws.com }";
