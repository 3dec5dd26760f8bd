import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";

const db = DynamoDBDocumentClient.from(new DynamoDBClient());
const { NOTES_TABLE, REQUESTS_TABLE } = process.env;

/** GET /notes lists the notes, POST /notes adds one: `{ "token": "...", "text": "..." }`. */
export async function handler(event) {
  if (event.requestContext.http.method === "GET") return answer(200, await listNotes());

  const { token, text } = JSON.parse(event.body ?? "{}");
  if (typeof token !== "string" || typeof text !== "string") return answer(400, { error: "token and text, please" });
  if (!(await isFirstTime(token))) return answer(200, { repeated: true });

  const note = { pk: `NOTE#${randomUUID()}`, text, author: event.requestContext.authorizer.jwt.claims.sub };
  await db.send(new PutCommand({ TableName: NOTES_TABLE, Item: note }));
  return answer(201, note);
}

async function listNotes() {
  const page = await db.send(
    new ScanCommand({
      TableName: NOTES_TABLE,
      FilterExpression: "begins_with(pk, :note)",
      ExpressionAttributeValues: { ":note": "NOTE#" },
    }),
  );
  return page.Items ?? [];
}

async function isFirstTime(token) {
  try {
    await db.send(
      new PutCommand({
        TableName: REQUESTS_TABLE,
        Item: { token },
        ConditionExpression: "attribute_not_exists(#token)",
        ExpressionAttributeNames: { "#token": "token" },
      }),
    );
    return true;
  } catch (error) {
    if (error.name === "ConditionalCheckFailedException") return false;
    throw error;
  }
}

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
