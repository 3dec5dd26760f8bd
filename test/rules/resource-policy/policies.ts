/** Templates with resource policies. Statements are flow maps or block maps, one list item each. */

/** A table with further properties, whose policy's statements start on line 9 (zero-based) at ten spaces. */
export const tableWith = (statements: readonly string[], properties = "", around = "") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}      ResourcePolicy:
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
${statements.map((statement) => `            - ${statement}\n`).join("")}${around}`;

/** A stream's policy. */
export const streamWith = (statements: readonly string[], properties = "") => `Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}      StreamSpecification:
        StreamViewType: NEW_IMAGE
        ResourcePolicy:
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
${statements.map((statement) => `              - ${statement}\n`).join("")}`;

/** A global table in eu-west-1 and us-east-1; the policy is that of the first, or of its stream. */
export const globalWith = (statements: readonly string[], properties = "", of: "table" | "stream" = "table") => {
  const policy = `{ PolicyDocument: { Version: "2012-10-17", Statement: [${statements.join(", ")}] } }`;
  const entry =
    of === "table" ? `ResourcePolicy: ${policy}` : `ReplicaStreamSpecification: { ResourcePolicy: ${policy} }`;
  return `Resources:
  Orders:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      BillingMode: PAY_PER_REQUEST
${properties}      Replicas:
        - { Region: eu-west-1, ${entry} }
        - { Region: us-east-1 }
`;
};

export const withParameters = (parameters: string, template: string) => `Parameters: { ${parameters} }\n${template}`;
