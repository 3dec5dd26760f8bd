/** A table with nothing wrong in the recommended profile. */
export const SOUND = `AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal:
              AWS: !Sub arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root
            Action: kms:*
            Resource: "*"
  Orders:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - { AttributeName: id, AttributeType: S }
      KeySchema:
        - { AttributeName: id, KeyType: HASH }
      DeletionProtectionEnabled: true
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: true
      SSESpecification:
        SSEEnabled: true
        SSEType: KMS
        KMSMasterKeyId: !Ref Key
`;

/** A table without point-in-time recovery and deletion protection: two warnings that \`--fix\` removes. */
export const OPEN = SOUND.replace("      DeletionProtectionEnabled: true\n", "").replace(
  "        PointInTimeRecoveryEnabled: true",
  "        PointInTimeRecoveryEnabled: false # too dear",
);

/** YAML that ends in the middle of a quoted text. */
export const BROKEN =
  'AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Orders:\n    Type: "AWS::DynamoDB::Table\n';
