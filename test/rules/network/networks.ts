/** Parts of templates with networks: lines at two spaces, to stand below `Resources:`. */

export const VPC = `  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16 }
`;

export const SUBNET = `  Subnet:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24 }
`;

export const ROUTES = `  Routes:
    Type: AWS::EC2::RouteTable
    Properties: { VpcId: !Ref Vpc }
`;

export const ASSOCIATION = `  Association:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: { SubnetId: !Ref Subnet, RouteTableId: !Ref Routes }
`;

export const TABLE = `  Orders:
    Type: AWS::DynamoDB::Table
    Properties: { BillingMode: PAY_PER_REQUEST }
`;

export const endpoint = (properties = "RouteTableIds: [!Ref Routes]", vpc = "!Ref Vpc") => `  Endpoint:
    Type: AWS::EC2::VPCEndpoint
    Properties: { ServiceName: !Sub "com.amazonaws.\${AWS::Region}.dynamodb", VpcId: ${vpc}, ${properties} }
`;

/** A role of a function with one statement. */
export const role = (
  action = "dynamodb:GetItem",
  resource = '"arn:aws:dynamodb:*:*:table/orders"',
  more = "",
) => `  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: { Statement: { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" } }
${more}      Policies:
        - PolicyDocument: { Statement: { Effect: Allow, Action: ${action}, Resource: ${resource} } }
`;

/** A function in subnets; more properties in flow style. */
export const reader = (subnets = "[!Ref Subnet]", more = "", id = "Reader") => `  ${id}:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Role.Arn
      VpcConfig: { SubnetIds: ${subnets}${more} }
`;

export const template = (...parts: string[]) => `Resources:\n${parts.join("")}`;
