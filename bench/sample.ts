/** A CloudFormation template of about `bytes` UTF-8 bytes: tables, roles, functions and policies as people write them, with comments. */
export function sampleTemplate(bytes: number): string {
  const parts = [
    "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }\nConditions:\n  IsProd: !Equals [!Ref Stage, prod]\nResources:\n",
  ];
  let length = parts.join("").length;
  for (let index = 0; length < bytes; index++) {
    const part = service(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join("");
}

function service(index: number): string {
  return `  # Service ${index}: keeps its own items and is read by nobody else.
  Table${index}:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - AttributeName: pk
          AttributeType: S
        - AttributeName: sk
          AttributeType: S
      KeySchema:
        - AttributeName: pk
          KeyType: HASH
        - AttributeName: sk
          KeyType: RANGE
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: !If [IsProd, true, false]
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
      Tags:
        - Key: service
          Value: "service-${index}"
  Role${index}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: items
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action:
                  - dynamodb:GetItem
                  - dynamodb:Query
                  - dynamodb:Put*
                Resource:
                  - !GetAtt Table${index}.Arn
                  - !Sub "\${Table${index}.Arn}/index/*"
  Function${index}:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Role: !GetAtt Role${index}.Arn
      Code: { ZipFile: "exports.handler = async () => {}" }
      Environment:
        Variables:
          TABLE: !Ref Table${index}
`;
}
